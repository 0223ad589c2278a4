"""Association rules."""

from __future__ import annotations

from harness import cell, disagree, number, scaling
from measuring import long_arrays, measured, one_hot, read_fimi, threads_of

from groups.itemsets import MLXTEND_SETS

TITLE = "Rules of confidence 0.1 and more: mining and rules together"

# (file below BASKETRY_DATA, minimum count)
SETS = [
    ("groceries/Groceries.dat", 10),
    ("fimi/retail.dat", 18),
    ("complete_journey/cj_type.dat", 156),
]


def measure(job: dict) -> dict:
    """`splits` is "single" or "any"."""
    path, count, peer, splits = job["path"], job["count"], job["peer"], job["splits"]
    if peer.startswith("basketry"):
        import basketry as bk

        threads = threads_of(peer)
        baskets = bk.Baskets.from_fimi(path)

        def work():
            sets = bk.itemsets(baskets, min_support=count, threads=threads)
            return bk.rules(sets, min_confidence=0.1, consequents=splits, threads=threads)

        return measured(work, 7)
    lists = read_fimi(path)
    n = len(lists)
    if peer == "pyfim" and splits == "single":
        import fim

        # Without a minimum length of 2 it would also report rules with an empty antecedent.
        return measured(lambda: fim.arules(lists, supp=-count, conf=10, zmin=2, report="aC", mode="o"), 5)
    if peer == "rusket" and splits == "any":
        import rusket

        rows, items = long_arrays(lists)
        del lists

        def work():
            miner = rusket.FPMiner(n_items=int(items.max()) + 1, hint_n_transactions=n)
            miner.add_chunk(rows, items)
            sets = miner.mine(min_support=count / n, use_colnames=False)
            return rusket.association_rules(sets, num_itemsets=n, metric="confidence", min_threshold=0.1)

        return measured(work, 3)
    if peer == "mlxtend" and splits == "any":
        from mlxtend.frequent_patterns import association_rules, fpgrowth

        frame = one_hot(lists)
        del lists

        def work():
            sets = fpgrowth(frame, min_support=(count - 0.5) / n)
            return association_rules(sets, num_itemsets=n, metric="confidence", min_threshold=0.1)

        return measured(work, 1)
    return {"skipped": True}


def report(bench) -> None:
    bench.table("data, minimum count", "consequents", "rules", "basketry", "2 threads", "1 / 2", "pyfim", "rusket", "mlxtend")
    for name, count, path in bench.sets(SETS):
        for splits in ("single", "any"):
            def job(peer, path=path, count=count, name=name, splits=splits):
                return bench.measure(data=name, path=path, count=count, peer=peer, splits=splits)

            one, two, pyfim = job("basketry/1"), job("basketry/2"), job("pyfim")
            rusket = {"skipped": True} if bench.quick else job("rusket")
            mlxtend = {"skipped": True}
            if not bench.quick and (name, count) in MLXTEND_SETS:
                mlxtend = job("mlxtend")
            disagree(one, pyfim=pyfim, rusket=rusket, mlxtend=mlxtend)
            bench.row(
                f"{name} {count}", splits, number(one), cell(one), cell(two), scaling(one, two),
                cell(pyfim), cell(rusket), cell(mlxtend),
            )
