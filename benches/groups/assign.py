"""Campaigns: which offers to make to which customers."""

from __future__ import annotations

import gc

from harness import ratio
from measuring import best_of, peak_mb, resident_mb

TITLE = "Assign: offers to customers within capacities, and how far from the best plan"

# (customers, offers, offers proposed to each, budget)
CASES = [
    (250_000, 10, 10, False),
    (500_000, 10, 10, False),
    (1_000_000, 10, 10, False),
    (1_000_000, 10, 10, True),
    (250_000, 1_000, 20, False),
    (500_000, 1_000, 20, False),
    (1_000_000, 1_000, 20, False),
]


def made_up(customers: int, offers: int, each: int):
    """Log-normal values, higher for some offers, of different offers for each customer."""
    import numpy as np

    random = np.random.default_rng(1)
    appeal = np.exp(random.normal(0, 0.5, offers))
    start = random.integers(0, offers, customers)[:, None]
    step = 1 + random.integers(0, max(1, offers // each), customers)[:, None]
    what = (start + step * np.arange(each)) % offers
    worth = np.exp(random.normal(0, 1, (customers, each))) * appeal[what]
    # Every customer gets one offer; the capacities are for four of five.
    capacity = np.full(offers, int(0.8 * customers / offers))
    return what, worth, capacity


def in_numpy(what, worth, capacity, steps: int = 100):
    """Subgradient steps on the dual, then a greedy plan: what one would write by hand."""
    import numpy as np

    customers, offers = len(what), len(capacity)
    rows = np.arange(customers)
    price, bound = np.zeros(offers), np.inf
    for step in range(steps):
        reduced = worth - price[what]
        best = reduced.argmax(1)
        gain = reduced[rows, best]
        taken = gain > 0
        usage = np.bincount(what[rows, best][taken], minlength=offers)
        value = gain[taken].sum() + price @ capacity
        if value < bound:
            bound, kept = value, price.copy()
        price = np.maximum(0, price + 2.0 / (1 + step) ** 0.7 * (usage - capacity) / capacity)
    reduced = worth - kept[what]
    order = np.argsort(-reduced.max(1), kind="stable")
    left, total = capacity.copy(), 0.0
    for customer in order[:: 1]:
        for at in np.argsort(-reduced[customer]):
            offer = what[customer, at]
            if left[offer] > 0 and reduced[customer, at] > -kept.max():
                left[offer] -= 1
                total += worth[customer, at]
                break
    return {"value": total, "bound": bound, "gap": (bound - total) / bound}


def measure(job: dict) -> dict:
    import numpy as np
    import pyarrow as pa

    import basketry as bk

    customers, offers, each, budget = job["customers"], job["offers"], job["each"], job["budget"]
    what, worth, capacity = made_up(customers, offers, each)
    if job["peer"] == "numpy":
        import time

        begin, cpu = time.perf_counter(), time.process_time()
        result = in_numpy(what, worth, capacity)
        return {"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu, **result}
    columns = {
        "who": np.repeat(np.arange(customers), each), "what": what.ravel(), "worth": worth.ravel(),
    }
    if budget:
        columns["cost"] = 0.01 * (1 + columns["what"] % 5)
    proposals = bk.Proposals(
        pa.table(columns), customer="who", offer="what", value="worth", cost="cost" if budget else None,
    )
    # Half of what the plan without a budget costs.
    limits = {"capacity": {offer: int(most) for offer, most in enumerate(capacity)}}
    if budget:
        limits["budget"] = proposals.assign(**limits).spent // 2
    del columns
    gc.collect()
    before = resident_mb()
    wall, cpu, plan = best_of(lambda: proposals.assign(**limits), 3)
    return {
        "seconds": wall, "cpu": cpu, "mb": peak_mb() - before, "value": plan.value, "bound": plan.bound,
        "gap": plan.gap, "results": len(plan),
    }


def cell(result: dict) -> str:
    if "seconds" not in result:
        return result.get("failed", "-")
    memory = f" / {result['mb']:.0f} MB" if "mb" in result else ""
    return f"{result['seconds']:.2f} s / {result['cpu']:.2f} CPU s{memory}"


def report(bench) -> None:
    bench.say(
        "One offer a customer, capacities for four of five. The gap is between the value and the proven bound. In "
        "numpy: a hundred subgradient steps and a greedy plan, as one would write it by hand.\n"
    )
    bench.table(
        "customers", "offers", "proposed to each", "budget", "basketry", "gap %", "numpy", "its gap %", "numpy / basketry",
    )
    for customers, offers, each, budget in CASES:
        def job(peer, case=(customers, offers, each, budget)):
            names = ("customers", "offers", "each", "budget")
            return bench.measure(peer=peer, **dict(zip(names, case, strict=True)))

        ours = job("basketry/2")
        theirs = {} if budget or offers > 10 else job("numpy")
        percent = [f"{100 * r['gap']:.4f}" if "gap" in r else "-" for r in (ours, theirs)]
        bench.row(
            f"{customers:,}", f"{offers:,}", str(each), "yes" if budget else "no", cell(ours), percent[0],
            cell(theirs), percent[1], ratio(theirs.get("seconds"), ours.get("seconds")),
        )
