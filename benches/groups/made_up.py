"""All frequent itemsets of millions of made-up orders."""

from __future__ import annotations

import os
import tempfile

from harness import cell, ratio, scaling, seconds
from measuring import best_of, lcm_cpu, measured, peak_mb, resident_mb, threads_of

TITLE = "Frequent itemsets of made-up orders: from an Arrow table of baskets and string ids"

# (baskets, minimum count)
SETS = [(1_000_000, 200), (1_000_000, 1000), (5_000_000, 1000)]


def measure(job: dict) -> dict:
    """From an Arrow table of order lines with string ids to itemsets."""
    import zipf

    number, counts, peer = job["baskets"], job["counts"], job["peer"]
    if peer == "lcm":
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "zipf.dat")
            zipf.write_fimi(number, path)
            return {"cpu": [lcm_cpu(path, count) for count in counts]}
    if peer.startswith("pyfim"):
        import fim

        lists = []
        for rows, items in zipf.baskets(number):
            ends = rows.searchsorted(range(rows[0] + 1, rows[-1] + 1))
            items, start = items.tolist(), 0
            for end in [*ends.tolist(), len(items)]:
                lists.append(items[start:end])
                start = end
        mine = getattr(fim, peer.split("/")[1])
        return measured(lambda: mine(lists, target="s", supp=-counts[0], zmin=1, report="a"), 1)
    import basketry as bk

    table = zipf.arrow(number)
    before = resident_mb()
    read, read_cpu, baskets = best_of(lambda: bk.Baskets.from_table(table, basket="basket", item="item"), 2)
    read_mb = peak_mb() - before
    # As compressed rows: where each basket begins, and the items.
    rows_mb = (8 * (number + 1) + 4 * zipf.distinct(number)) / 2**20
    found = []
    for count in counts:
        def work(count=count):
            return bk.itemsets(baskets, min_support=count, threads=threads_of(peer))
        found.append({"count": count, **measured(work, 5, 5)})
    return {
        "read": read, "read_cpu": read_cpu, "read_mb": read_mb, "rows_mb": rows_mb, "lines": table.num_rows,
        "arrow_mb": table.nbytes / 2**20, "found": found,
    }


def report(bench) -> None:
    bench.say("Memory is what reading and mining added to the peak; rows are the baskets as compressed rows (8 bytes a basket and 4 an item). LCM reads a file; its CPU seconds.\n")
    bench.table(
        "baskets, minimum count", "lines", "itemsets", "read", "mine", "mine, 2 threads", "1 / 2",
        "mining's memory / rows", "pyfim fpgrowth", "LCM 5.3", "LCM / (read + mine)",
    )
    for number in dict.fromkeys(number for number, _ in SETS):
        counts = [count for n, count in SETS if n == number]
        def job(peer, number=number, counts=counts):
            return bench.measure(baskets=number, counts=counts, peer=peer)

        one, two = job("basketry/1"), job("basketry/2")
        other = job("lcm") if bench.lcm else {}
        growth = job("pyfim/fpgrowth") if number <= 1_000_000 and not bench.quick else {"skipped": True}
        if "failed" in one or "failed" in two:
            bench.say(f"{number:,} baskets: failed ({one.get('failed') or two.get('failed')})")
            continue
        for at, count in enumerate(counts):
            ours, both = one["found"][at], two["found"][at]
            theirs = other["cpu"][at] if "cpu" in other else None
            bench.row(
                f"{number:,} {count}", f"{one['lines']:,}", f"{ours['results']:,}",
                f"{one['read']:.3f} s / {one['read_mb']:.0f} MB", cell(ours), cell(both), scaling(ours, both),
                ratio(ours["mb"], one["rows_mb"], 2), cell(growth) if at == 0 else "-", seconds(theirs),
                ratio(theirs, one["read_cpu"] + ours["cpu"]),
            )
