"""How long fitting and answering take, beside peers. Each measurement is a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import numpy as np

NAMES = ("types", "products")
THREADS = (1, 2)
PEERS = ("implicit ALS", "implicit item-kNN", "irspack EASE", "rusket ALS", "rusket EASE")
# A peer that takes longer is said to have failed.
TIMEOUT = 600
REQUESTS = 200_000
LATENCIES = 20_000


def clock(work) -> tuple[object, dict]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}


def peak_mb() -> float:
    """The most memory the process ever held."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))


def best(work, repeats: int) -> dict:
    return min((clock(work)[1] for _ in range(repeats)), key=lambda taken: taken["seconds"])


def basketry(name: str, threads: int) -> dict:
    import basketry as bk

    from . import data, rankings

    s = data.split(data.load(name))
    lines = data.table(s.orders.where(s.train))
    catalog = data.catalog(s.items)

    def ingest():
        return bk.History(lines, customer="customer", basket="basket", time="time", product="product")

    history, read = clock(ingest)
    model, out = clock(lambda: bk.fit(catalog, history, threads=threads))
    out |= {"ingest_seconds": read["seconds"], "peak_mb": peak_mb(), "model_mb": len(model.to_bytes()) / 1e6}
    rows = np.flatnonzero(s.known)
    many = np.tile(rows, REQUESTS // len(rows) + 1)[:REQUESTS]
    for key, options in (("recommend", {}), ("recommend_new", {"new_only": True})):
        answer = best(lambda o=options: model.recommend(many, 10, at=s.at, threads=threads, **o), 3)
        out[f"{key}_per_second"] = REQUESTS / answer["seconds"]
    rest, _, customer = rankings.carts(s)
    answer = best(lambda: model.complete(rest, 10, customers=customer, at=s.at, threads=threads), 3)
    out["complete_per_second"] = len(rest) / answer["seconds"]
    if threads == 1:
        out["complete_us"] = latencies(model, rest, None, s.at)
        out["complete_known_us"] = latencies(model, rest, customer, s.at)
    return out


def latencies(model, rest: list, customer, at: int) -> dict:
    """One basket at a time from Python, all of its overhead included, in microseconds."""
    taken = np.empty(LATENCIES)
    for turn in range(-500, LATENCIES):
        which = turn % len(rest)
        options = {} if customer is None else {"customers": [int(customer[which])]}
        started = time.perf_counter_ns()
        model.complete([rest[which]], 10, at=at, threads=1, **options)
        if turn >= 0:
            taken[turn] = (time.perf_counter_ns() - started) / 1000
    return {f"p{q}": float(np.percentile(taken, q)) for q in (50, 99)}


def matrix(name: str):
    """Purchases as counts: customers x kept items."""
    import scipy.sparse as sp

    from . import data

    s = data.split(data.load(name))
    o = s.orders.where(s.train)
    column = np.searchsorted(s.items, o.item)
    x = sp.csr_matrix((np.ones(len(column), np.float32), (o.customer, column)), shape=(s.seen.shape[0], len(s.items)))
    x.sum_duplicates()
    return x[s.known]


def peer(who: str, name: str, threads: int) -> dict:
    x = matrix(name)
    users = np.arange(x.shape[0])
    if who.startswith("implicit"):
        from implicit.als import AlternatingLeastSquares
        from implicit.nearest_neighbours import CosineRecommender

        if who == "implicit ALS":
            model = AlternatingLeastSquares(factors=64, iterations=15, num_threads=threads, random_state=0)
        else:
            model = CosineRecommender(K=50, num_threads=threads)
        _, out = clock(lambda: model.fit(x, show_progress=False))
        answer = best(lambda: model.recommend(users, x, N=10, filter_already_liked_items=False), 3)
    elif who == "irspack EASE":
        from irspack import DenseSLIMRecommender

        model = DenseSLIMRecommender((x > 0).astype(np.float32), reg=1000.0)
        _, out = clock(model.learn)

        def answer_all():
            score = model.get_score(users)
            top = np.argpartition(-score, 10, axis=1)[:, :10]
            return np.take_along_axis(top, np.argsort(-np.take_along_axis(score, top, 1), axis=1), 1)

        answer = best(answer_all, 1)
    else:
        import rusket

        kind = {"rusket ALS": rusket.ALS, "rusket EASE": rusket.EASE}[who]
        model = kind(**({"factors": 64, "iterations": 15} if who == "rusket ALS" else {}))
        _, out = clock(lambda: model.fit(x))

        def answer_some():
            if hasattr(model, "batch_recommend"):
                return model.batch_recommend(n=10, exclude_seen=False)
            return [model.recommend_items(user, n=10, exclude_seen=False) for user in users.tolist()]

        answer = best(answer_some, 1)
    return out | {"peak_mb": peak_mb(), "recommend_per_second": len(users) / answer["seconds"]}


def measured(arguments: list[str], threads: int) -> dict:
    """Runs one measurement in a process of its own."""
    limits = {key: str(threads) for key in (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "IRSPACK_NUM_THREADS_DEFAULT",
    )}
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "quality.speed", *arguments, str(threads)], capture_output=True, text=True,
            timeout=TIMEOUT, cwd=here, env={**os.environ, **limits}, check=False,
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"took more than {TIMEOUT} s"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def run() -> dict:
    out: dict = {}
    for name in NAMES:
        out[name] = {}
        for who in ("basketry", *PEERS):
            for threads in THREADS:
                key = f"{who}, {threads} thread{'s' * (threads > 1)}"
                out[name][key] = measured([who, name], threads)
                print(f"  speed, {name}: {key}: {out[name][key]}", flush=True)
    return out


if __name__ == "__main__":
    who, name, threads = sys.argv[1:]
    work = basketry if who == "basketry" else lambda *rest: peer(who, *rest)
    print(json.dumps(work(name, int(threads))))
