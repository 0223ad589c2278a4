"""Closed and maximal itemsets, and generators."""

from __future__ import annotations

from harness import cell, disagree, number, ratio, scaling, seconds
from measuring import best_of, lcm_cpu, measured, read_fimi, threads_of

TITLE = "Closed and maximal itemsets, generators: from baskets in memory to results in memory"

# (file below BASKETRY_DATA, minimum count)
SETS = [
    ("groceries/Groceries.dat", 10),
    ("fimi/retail.dat", 18),
    ("fimi/T10I4D100K.dat", 50),
    ("fimi/mushroom.dat", 407),
    ("fimi/chess.dat", 1598),
    ("complete_journey/cj_product.dat", 32),
    ("complete_journey/cj_type.dat", 156),
]
# What pyfim and LCM call each kind; LCM has no generators.
KINDS = {"closed": ("c", "C"), "maximal": ("m", "M"), "generators": ("g", None)}


def measure(job: dict) -> dict:
    path, count, kind, peer = job["path"], job["count"], job["kind"], job["peer"]
    if peer.startswith("basketry"):
        import basketry as bk

        def mine(baskets):
            return bk.itemsets(baskets, min_support=count, kind=kind, threads=threads_of(peer))

        baskets = bk.Baskets.from_fimi(path)
        result = measured(lambda: mine(baskets), 15, 2)
        del baskets
        if job.get("file"):
            result["file"], result["file_cpu"], _ = best_of(lambda: mine(bk.Baskets.from_fimi(path)), 9, 1)
        return result
    target, lcm = KINDS[kind]
    if peer == "lcm":
        return {"cpu": lcm_cpu(path, count, lcm), "results": None}
    import fim

    lists = read_fimi(path)
    mine = getattr(fim, peer.split("/")[1])
    return measured(lambda: mine(lists, target=target, supp=-count, zmin=1, report="a"), 5, 3)


def report(bench) -> None:
    bench.say("LCM as above: CPU seconds from the file, against those of basketry from the file.\n")
    bench.table(
        "data, minimum count", "kind", "itemsets", "basketry", "2 threads", "1 / 2", "pyfim eclat", "pyfim fpgrowth",
        "best pyfim / basketry", "memory", "from the file", "LCM 5.3", "LCM / basketry",
    )
    for name, count, path in bench.sets(SETS):
        for kind, (_, lcm) in KINDS.items():
            def job(peer, path=path, count=count, name=name, kind=kind, **more):
                return bench.measure(data=name, path=path, count=count, kind=kind, peer=peer, **more)

            one, two = job("basketry/1", file=True), job("basketry/2")
            eclat, growth = job("pyfim/eclat"), job("pyfim/fpgrowth")
            other = job("lcm") if bench.lcm and lcm else {}
            best = min((r for r in (eclat, growth) if "seconds" in r), key=lambda r: r["seconds"], default={})
            disagree(one, pyfim=eclat)
            disagree(one, pyfim=growth)
            bench.row(
                f"{name} {count}", kind, number(one), cell(one), cell(two), scaling(one, two), cell(eclat), cell(growth),
                ratio(best.get("seconds"), one.get("seconds")), ratio(best.get("mb"), max(one.get("mb", 0), 0.25)),
                seconds(one.get("file_cpu")), seconds(other.get("cpu")), ratio(other.get("cpu"), one.get("file_cpu")),
            )
