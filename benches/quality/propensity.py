"""P(customer buys product within 28 days) against boosted trees that see the same features of the same pairs."""

from __future__ import annotations

import time

import numpy as np

import basketry as bk

from . import data, metrics, rankings

# Besides what they bought before, each customer's candidates are the most popular they never bought.
POPULAR = 60


def candidates(s: data.Split) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Customer, item, whether it is new to the customer, whether it is bought in the 28 days."""
    rows = np.flatnonzero(s.known)
    new = rankings.top_popular(s, rows, True, POPULAR)
    pairs = []
    for at, customer in enumerate(rows):
        own = s.seen.indices[s.seen.indptr[customer]:s.seen.indptr[customer + 1]]
        pairs.append(np.concatenate([own, new[at][new[at] >= 0]]))
    item = np.concatenate(pairs).astype(np.int64)
    customer = np.repeat(rows, [len(p) for p in pairs])
    fresh = np.asarray(s.seen[customer, item]).ravel() == 0
    return customer, item, fresh, np.asarray(s.truth[customer, item]).ravel() > 0


def features(model: bk.Model, customer: np.ndarray, item: np.ndarray, at: int) -> np.ndarray:
    """The model's own features of each pair, by name; what a segment does not have is NaN."""
    names: dict[str, int] = {}
    rows = []
    for c, i in zip(customer.tolist(), item.tolist(), strict=True):
        row = {}
        for part in model.explain(i, customer=c, at=at)["features"]:
            row[names.setdefault(part["feature"], len(names))] = part["value"]
        rows.append(row)
    out = np.full((len(rows), len(names)), np.nan, np.float32)
    for at_row, row in enumerate(rows):
        out[at_row, list(row)] = list(row.values())
    return out


def run() -> dict:
    import lightgbm

    s, model = data.fitted("types")
    customer, item, fresh, label = candidates(s)
    answers = model.score(customer, item, at=s.at).to_dict()["probability"]
    probability = np.array(answers, np.float64)

    # The trees learn from what the model's propensity is fitted to: the last 28 days before the
    # cut, by the features of a model of what is before those.
    inner = data.split(s.orders, s.cut - data.HORIZON)
    before = data.fit(inner)
    inner_customer, inner_item, inner_fresh, inner_label = candidates(inner)
    started = time.process_time()
    x = np.column_stack([features(before, inner_customer, inner_item, inner.at), inner_fresh])
    y = np.column_stack([features(model, customer, item, s.at), fresh])
    explained = time.process_time() - started

    out: dict = {
        "candidates_per_customer": len(customer) / len(np.unique(customer)),
        "new_to_customer": float(fresh.mean()),
        "features": x.shape[1] - 1,
        "seconds_to_explain": explained,
    }
    predicted = {"basketry": probability}
    for trees in (60, 300):
        started = time.process_time()
        booster = lightgbm.train(
            {"objective": "binary", "num_leaves": 31, "num_threads": 1, "verbose": -1, "seed": 0},
            lightgbm.Dataset(x, inner_label), trees,
        )
        out[f"lightgbm_{trees}_fit_seconds"] = time.process_time() - started
        predicted[f"LightGBM, {trees} trees"] = booster.predict(y, num_threads=1)
    for who, p in predicted.items():
        out[who] = metrics.probabilities(p, label, customer)
        out[who]["new"] = metrics.probabilities(p[fresh], label[fresh], customer[fresh])
        out[who]["repeat"] = metrics.probabilities(p[~fresh], label[~fresh], customer[~fresh])
        if who != "basketry":
            behind = metrics.log_loss(p, label) - metrics.log_loss(probability, label)
            out[who]["basketry_ahead_log_loss"] = metrics.interval(behind, customer)
    out["basketry"]["reliability"] = metrics.reliability(probability, label)
    out["basketry"]["reliability_new"] = metrics.reliability(probability[fresh], label[fresh])
    return out
