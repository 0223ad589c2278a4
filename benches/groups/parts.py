"""Baskets that lie in parts, and baskets that were added."""

from __future__ import annotations

import itertools

from harness import cell, number, ratio, scaling
from measuring import measured, threads_of

TITLE = "In parts, and after more baskets: against one run over all"

# (file below BASKETRY_DATA, minimum count)
SETS = [
    ("fimi/retail.dat", 45),
    ("fimi/T10I4D100K.dat", 100),
    ("fimi/BMS1.dat", 60),
    ("complete_journey/cj_product.dat", 32),
    ("complete_journey/cj_type.dat", 156),
]
PARTS = 8


def measure(job: dict) -> dict:
    import basketry as bk

    baskets, count, threads = bk.Baskets.from_fimi(job["path"]), job["count"], threads_of(job["peer"])
    n = len(baskets)
    if job["how"] == "parts":
        ends = [n * part // PARTS for part in range(PARTS + 1)]
        parts = [baskets.take(range(*range_)) for range_ in itertools.pairwise(ends)]

        def work():
            return bk.itemsets_in_parts(parts, count, threads=threads)
    elif job["how"] == "update":
        # One in ten baskets is new; the share is the same.
        known = bk.itemsets(baskets.take(range(n - n // 10)), count / n)

        def work():
            return bk.update(baskets, known, count, threads=threads)
    else:
        def work():
            return bk.itemsets(baskets, count, threads=threads)
    return measured(work, 7, 3)


def report(bench) -> None:
    bench.say(f"{PARTS} parts, one after the other; the update knows the itemsets of 90 % of the baskets, at the same share.\n")
    bench.table(
        "data, minimum count", "itemsets", "one run", "in parts", "2 threads", "1 / 2", "parts / one run",
        "update", "2 threads", "1 / 2", "update / one run",
    )
    for name, count, path in bench.sets(SETS):
        def job(how, threads, path=path, count=count, name=name):
            return bench.measure(data=name, path=path, count=count, peer=f"basketry/{threads}", how=how)

        whole = job("whole", 1)
        cells = [f"{name} {count}", number(whole), cell(whole)]
        for how in ("parts", "update"):
            one, two = job(how, 1), job(how, 2)
            for result in (one, two):
                if result.get("results", whole.get("results")) != whole.get("results"):
                    result["failed"] = f"found {result['results']:,}"
            cells += [cell(one), cell(two), scaling(one, two), ratio(one.get("seconds"), whole.get("seconds"))]
        bench.row(*cells)
