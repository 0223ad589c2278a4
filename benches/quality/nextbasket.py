"""Ta-Feng: the next basket of customers with 3 to 50 of them, as "A Next Basket Recommendation
Reality Check" (TOIS 2023) measures it.

The data have no dates, only the order of baskets. They are laid out so that every customer's last
basket, which is to be told, comes at the same moment, one step after the one before it: the
step is the horizon.
"""

from __future__ import annotations

import numpy as np

from . import data, metrics, rankings

STEP = 28.0
FOLDS = 5


def layout(orders: data.Orders) -> data.Orders:
    last = np.zeros(orders.customer.max() + 1, np.int64)
    np.maximum.at(last, orders.customer, orders.number)
    day = data.CUT - (last[orders.customer] - orders.number) * STEP
    return data.Orders(orders.name, orders.customer, orders.number, orders.item, day)


def run() -> dict:
    orders = layout(data.load("tafeng"))
    # The moment just before the last basket.
    s = data.split(orders, data.CUT - STEP / 1000, STEP, min_item=1)
    model = data.fit(s, holdout_days=STEP, horizon_days=STEP)
    customers = np.unique(orders.customer)
    size = np.bincount(orders.customer[orders.day >= s.cut], minlength=s.seen.shape[0])[customers]
    popular = rankings.recent(s, np.inf)
    answers = {
        "basketry": data.ranked(model.recommend(customers, 10, at=s.at), "customer", customers, 10),
        "most frequent of all (G-TopFreq)": np.tile(popular[:10], (len(customers), 1)),
        # Many are tied; published figures break ties by chance, here the more popular comes first.
        "most frequent of the customer's, then of all (GP-TopFreq)": rankings.top_frequent(s, customers, popular, np.inf),
    }
    fold = np.random.default_rng(0).permutation(len(customers)) % FOLDS
    out: dict = {"customers": len(customers), "items": len(s.items)}
    for who, ranked in answers.items():
        value = metrics.ranking(ranked, s.truth, customers, size, ideal_at_k=False)
        out[who] = metrics.summary(value)
        out[who]["folds"] = {
            name: [float(column[fold == f].mean()) for f in range(FOLDS)] for name, column in value.items()
        }
    return out
