"""High-utility itemsets, with made-up quantities and margins."""

from __future__ import annotations

from harness import cell, disagree, number, ratio, scaling
from measuring import measured, read_fimi, threads_of

TITLE = "High-utility itemsets"

# (file below BASKETRY_DATA, least share of the total utility)
SETS = [
    ("groceries/Groceries.dat", 0.001),
    ("fimi/mushroom.dat", 0.1),
    ("fimi/mushroom.dat", 0.05),
    ("fimi/retail.dat", 0.0005),
    ("fimi/T10I4D100K.dat", 0.0005),
    ("complete_journey/cj_type.dat", 0.0005),
]
# rusket takes minutes on the larger sets; it is run where it ends.
RUSKET_SETS = {"groceries/Groceries.dat", "fimi/mushroom.dat"}
MASK = (1 << 64) - 1


def spread(x: int) -> int:
    """A well-spread number (the finaliser of SplitMix64)."""
    x = (x + 1) * 0x9E3779B97F4A7C15 & MASK
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


def utilities(lists: list[list[int]]) -> list[list[int]]:
    """One to five units of each line, and margins from one cent to ten, few of them large."""
    margins = {item: 1 + (spread(item) % 32) ** 2 for item in {item for row in lists for item in row}}
    return [
        [margins[item] * (1 + spread(basket << 32 | item) % 5) for item in row]
        for basket, row in enumerate(lists)
    ]


def measure(job: dict) -> dict:
    lists = read_fimi(job["path"])
    worth = utilities(lists)
    least = -(-sum(map(sum, worth)) * round(job["share"] * 10_000) // 10_000)
    if job["peer"] == "rusket":
        from rusket import _rusket

        floats = [[float(value) for value in row] for row in worth]

        def work():
            return list(zip(*_rusket.hupm_mine_py(lists, floats, float(least), None), strict=True))

        return measured(work, 3)
    import basketry as bk

    rows = [list(zip(*row, strict=True)) for row in zip(lists, worth, strict=True)]
    data = bk.Utilities.from_lists(rows)
    threads = threads_of(job["peer"])
    return measured(lambda: bk.high_utility(data, least, threads=threads), 5)


def report(bench) -> None:
    bench.say("rusket adds up in 32-bit floats, so that some of its utilities are wrong where there are enough baskets; compared is the number of itemsets.\n")
    bench.table("data, share of the total", "itemsets", "basketry", "2 threads", "1 / 2", "rusket", "rusket / basketry")
    for name, share, path in bench.sets(SETS):
        def job(peer, path=path, share=share, name=name):
            return bench.measure(data=name, path=path, share=share, peer=peer)

        one, two = job("basketry/1"), job("basketry/2")
        rusket = job("rusket") if not bench.quick and name in RUSKET_SETS else {"skipped": True}
        quotient = ratio(rusket.get("seconds"), one.get("seconds"))
        disagree(one, rusket=rusket)
        bench.row(f"{name} {share}", number(one), cell(one), cell(two), scaling(one, two), cell(rusket), quotient)
