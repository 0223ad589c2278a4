"""What customers buy after what."""

from __future__ import annotations

from harness import cell, disagree, number, ratio, scaling
from measuring import measured, threads_of

TITLE = "Sequences"

# (file below BASKETRY_DATA, least number of customers). A step is one order line; of three steps at most.
LINES = [("tafeng/tafeng_nbr.npz", 50), ("tafeng/tafeng_nbr.npz", 25)]
# (file, least number of customers, days). A step is what was bought in a day; of three steps at most.
DAYS = [("complete_journey/cj_type.npz", 247, 14), ("complete_journey/cj_type.npz", 123, 7)]
LONGEST = 3
DAY_MS = 86_400_000


def measure(job: dict) -> dict:
    import numpy as np

    path, customers, peer = job["path"], job["customers"], job["peer"]
    file = np.load(path)
    user, item = file["user"], file["item"]
    if peer == "rusket":
        from rusket import _rusket

        # Without the sequences of one step, of which it has as many as there are frequent items.
        starts = np.searchsorted(user, np.arange(user.max() + 2)).astype(np.uintp)
        items = item.astype(np.uint32)
        single = len(_rusket.prefixspan_mine_py(starts, items, customers, 1)[0])
        result = measured(lambda: Rows(_rusket.prefixspan_mine_py(starts, items, customers, LONGEST)), 3)
        return result | {"results": result["results"] - single}
    import pyarrow as pa

    import basketry as bk

    if job["days"] is None:
        # The nth line of a customer on the nth day, and a century.
        time, days = np.arange(len(user)) - np.searchsorted(user, user), 36_500
    else:
        time, days = np.floor(file["day"]).astype(np.int64), job["days"]
    lines = pa.table({
        "customer": user, "product": item.astype(np.int64),
        "time": pa.array(time * DAY_MS, pa.timestamp("ms", "UTC")),
    })
    history = bk.History(lines, customer="customer", product="product", time="time")
    threads = threads_of(peer)

    def work():
        return bk.sequences(history, customers, days, max_length=LONGEST, step="day", threads=threads)

    return measured(work, 5)


class Rows:
    """The columns that rusket returns, counted by rows."""

    def __init__(self, columns):
        self.columns = columns

    def __len__(self):
        return len(self.columns[0])


def report(bench) -> None:
    bench.say("Of two steps and three, each with confidence, base rate and lags, which the peer does not compute.\n")
    bench.table("data", "customers at least", "a step", "within", "sequences", "basketry", "2 threads", "1 / 2", "rusket", "rusket / basketry")
    cases = [(name, customers, None) for name, customers in LINES] + DAYS
    for name, customers, days, path in bench.sets(cases):
        def job(peer, path=path, customers=customers, days=days, name=name):
            return bench.measure(data=name, path=path, customers=customers, days=days, peer=peer)

        one, two = job("basketry/1"), job("basketry/2")
        rusket = {"skipped": True} if bench.quick or days is not None else job("rusket")
        quotient = ratio(rusket.get("seconds"), one.get("seconds"))
        disagree(one, rusket=rusket)
        bench.row(
            name, str(customers), "a line" if days is None else "a day", "any time" if days is None else f"{days} days",
            number(one), cell(one), cell(two), scaling(one, two), cell(rusket), quotient,
        )
