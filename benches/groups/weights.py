"""Weighted baskets."""

from __future__ import annotations

from harness import cell, disagree, number, ratio, scaling
from measuring import measured, read_fimi, threads_of

TITLE = "Weighted baskets: itemsets of a least share of all weight"

# (file below BASKETRY_DATA, minimum count as if all weights were equal)
SETS = [
    ("groceries/Groceries.dat", 10),
    ("fimi/retail.dat", 45),
    ("fimi/T10I4D100K.dat", 100),
    ("fimi/mushroom.dat", 813),
    ("fimi/chess.dat", 1918),
    ("complete_journey/cj_type.dat", 156),
]


def weights(number: int) -> list[int]:
    """1, 3, 2, 2, 1, and so on: repetitions, which is what pyfim can weigh by."""
    return [1 + 7 * basket % 5 % 3 for basket in range(number)]


def measure(job: dict) -> dict:
    path, count, peer = job["path"], job["count"], job["peer"]
    if peer.startswith("basketry"):
        import basketry as bk

        baskets = bk.Baskets.from_fimi(path)
        share = count / len(baskets)
        if job["weighted"]:
            baskets = baskets.with_weights(weights(len(baskets)))
        return measured(lambda: bk.itemsets(baskets, min_support=share, threads=threads_of(peer)), 15, 2)
    import fim

    lists = read_fimi(path)
    times = weights(len(lists))
    least = -(-count * sum(times) // len(lists))
    repeated: dict[tuple[int, ...], int] = {}
    for basket, weight in zip(map(tuple, lists), times, strict=True):
        repeated[basket] = repeated.get(basket, 0) + weight
    mine = getattr(fim, peer.split("/")[1])
    return measured(lambda: mine(repeated, target="s", supp=-least, zmin=1, report="a"), 5, 3)


def report(bench) -> None:
    bench.table(
        "data, share of this count", "itemsets", "basketry", "2 threads", "1 / 2", "basketry without weights",
        "pyfim fpgrowth, repeated baskets", "pyfim / basketry",
    )
    for name, count, path in bench.sets(SETS):
        def job(peer, path=path, count=count, name=name, weighted=True):
            return bench.measure(data=name, path=path, count=count, peer=peer, weighted=weighted)

        one, two, plain = job("basketry/1"), job("basketry/2"), job("basketry/1", weighted=False)
        pyfim = job("pyfim/fpgrowth")
        quotient = ratio(pyfim.get("seconds"), one.get("seconds"))
        disagree(one, pyfim=pyfim)
        bench.row(f"{name} {count}", number(one), cell(one), cell(two), scaling(one, two), cell(plain), cell(pyfim), quotient)
