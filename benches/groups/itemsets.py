"""All frequent itemsets."""

from __future__ import annotations

from harness import cell, disagree, number, ratio, scaling, seconds
from measuring import (
    best_of,
    lcm_cpu,
    long_arrays,
    measured,
    one_hot,
    peak_mb,
    read_fimi,
    threads_of,
)

TITLE = "Frequent itemsets: from baskets in memory to results in memory"

# (file below BASKETRY_DATA, minimum count)
SETS = [
    ("groceries/Groceries.dat", 10),
    ("fimi/retail.dat", 45),
    ("fimi/retail.dat", 18),
    ("fimi/T10I4D100K.dat", 100),
    ("fimi/T10I4D100K.dat", 50),
    ("fimi/mushroom.dat", 813),
    ("fimi/mushroom.dat", 407),
    ("fimi/chess.dat", 1918),
    ("fimi/chess.dat", 1598),
    ("complete_journey/cj_product.dat", 156),
    ("complete_journey/cj_product.dat", 32),
    ("complete_journey/cj_type.dat", 156),
]
# Those that take one thread more than 50 ms.
LONG_SETS = [
    ("fimi/T10I4D100K.dat", 10),
    ("fimi/mushroom.dat", 150),
    ("fimi/chess.dat", 1400),
    ("fimi/chess.dat", 1300),
    ("complete_journey/cj_product.dat", 12),
    ("complete_journey/cj_type.dat", 60),
]
# mlxtend needs a one-hot frame and takes minutes on the larger sets; it is run where it ends.
MLXTEND_SETS = {("groceries/Groceries.dat", 10), ("fimi/mushroom.dat", 813), ("fimi/retail.dat", 45)}


def measure(job: dict) -> dict:
    path, count, peer = job["path"], job["count"], job["peer"]
    if peer.startswith("basketry"):
        import basketry as bk

        threads = threads_of(peer)
        read, _, baskets = best_of(lambda: bk.Baskets.from_fimi(path), 1)
        result = measured(lambda: bk.itemsets(baskets, min_support=count, threads=threads), 15, 3)
        result |= {"process_mb": peak_mb(), "read": read}
        del baskets
        if job.get("file"):
            def work():
                return bk.itemsets(bk.Baskets.from_fimi(path), min_support=count, threads=threads)
            result["file"], result["file_cpu"], _ = best_of(work, 9, 2)
        return result
    if peer == "lcm":
        return {"cpu": lcm_cpu(path, count), "results": None}
    lists = read_fimi(path)
    n = len(lists)
    if peer.startswith("pyfim"):
        import fim

        mine = getattr(fim, peer.split("/")[1])
        result = measured(lambda: mine(lists, target="s", supp=-count, zmin=1, report="a"), 5)
        return result | {"process_mb": peak_mb()}
    if peer == "rusket":
        import rusket

        rows, items = long_arrays(lists)
        del lists

        def work():
            miner = rusket.FPMiner(n_items=int(items.max()) + 1, hint_n_transactions=n)
            miner.add_chunk(rows, items)
            return miner.mine(min_support=count / n, use_colnames=False)

        return measured(work, 5)
    if peer == "mlxtend":
        from mlxtend.frequent_patterns import fpgrowth

        frame = one_hot(lists)
        del lists
        return measured(lambda: fpgrowth(frame, min_support=(count - 0.5) / n), 1)
    raise ValueError(peer)


def report(bench) -> None:
    bench.table(
        "data, minimum count", "itemsets", "basketry", "2 threads", "pyfim eclat", "pyfim fpgrowth",
        "best pyfim / basketry", "memory", "rusket", "mlxtend",
    )
    from_file = []
    for name, count, path in bench.sets(SETS):
        def job(peer, path=path, count=count, name=name, **more):
            return bench.measure(data=name, path=path, count=count, peer=peer, **more)

        one, two = job("basketry/1", file=True), job("basketry/2")
        from_file.append((name, count, one, job("lcm") if bench.lcm else {}))
        eclat, growth = job("pyfim/eclat"), job("pyfim/fpgrowth")
        rusket = {"skipped": True} if bench.quick else job("rusket")
        mlxtend = {"skipped": True}
        if not bench.quick and (name, count) in MLXTEND_SETS:
            mlxtend = job("mlxtend")
        best = min((r for r in (eclat, growth) if "seconds" in r), key=lambda r: r["seconds"], default={})
        disagree(one, pyfim=eclat)
        disagree(one, pyfim=growth, rusket=rusket, mlxtend=mlxtend)
        # Where too little memory was added to be seen, a quarter of a megabyte.
        bench.row(
            f"{name} {count}", number(one), cell(one), cell(two), cell(eclat), cell(growth),
            ratio(best.get("seconds"), one.get("seconds")), ratio(best.get("mb"), max(one.get("mb", 0), 0.25)),
            cell(rusket), cell(mlxtend),
        )
    bench.say("\n### CPU seconds from the file to results\n")
    bench.say("LCM counts only, writes to nothing or to a file, whichever takes it least." if bench.lcm else "BASKETRY_LCM is not set: LCM is not run.")
    bench.say()
    bench.table("data, minimum count", "basketry reads, mines", "LCM 5.3", "LCM / basketry")
    for name, count, one, other in from_file:
        ours, theirs = one.get("file_cpu"), other.get("cpu")
        bench.row(f"{name} {count}", seconds(ours), seconds(theirs), ratio(theirs, ours))
    bench.say("\n### Where one thread takes more than 50 ms\n")
    bench.table("data, minimum count", "itemsets", "1 thread", "2 threads", "1 / 2")
    for name, count, path in bench.sets(LONG_SETS):
        one, two = (bench.measure(data=name, path=path, count=count, peer=f"basketry/{t}") for t in (1, 2))
        bench.row(f"{name} {count}", number(one), cell(one), cell(two), scaling(one, two))
