"""What sells together in one group of baskets and not in another."""

from __future__ import annotations

from harness import cell, number, ratio, scaling
from measuring import measured, threads_of

TITLE = "Contrasts: the first half of the baskets against the second"

# (file below BASKETRY_DATA, share of either half)
SETS = [
    ("groceries/Groceries.dat", 0.001),
    ("fimi/retail.dat", 0.0005),
    ("fimi/T10I4D100K.dat", 0.001),
    ("complete_journey/cj_product.dat", 0.0005),
    ("complete_journey/cj_type.dat", 0.001),
]


def measure(job: dict) -> dict:
    import basketry as bk

    baskets, share, threads = bk.Baskets.from_fimi(job["path"]), job["share"], threads_of(job["peer"])
    half = len(baskets) // 2
    first, second = baskets.take(range(half)), baskets.take(range(half, len(baskets)))
    if job["mine_only"]:
        # What there is to contrast: the itemsets of either half, not yet counted in the other.
        return measured(lambda: [bk.itemsets(part, share, threads=threads) for part in (first, second)], 7, 3)
    return measured(lambda: bk.contrasts(first, second, share, threads=threads), 7, 3)


def report(bench) -> None:
    bench.say("Counted in both halves, tested, and ordered by p-value; beside it, mining the halves alone takes so long.\n")
    bench.table("data, least share", "itemsets", "basketry", "2 threads", "1 / 2", "mining both halves alone", "contrasts / mining")
    for name, share, path in bench.sets(SETS):
        def job(peer, path=path, share=share, name=name, mine_only=False):
            return bench.measure(data=name, path=path, share=share, peer=peer, mine_only=mine_only)

        one, two, alone = job("basketry/1"), job("basketry/2"), job("basketry/1", mine_only=True)
        bench.row(
            f"{name} {share}", number(one), cell(one), cell(two), scaling(one, two), cell(alone),
            ratio(one.get("seconds"), alone.get("seconds")),
        )
