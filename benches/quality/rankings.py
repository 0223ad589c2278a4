"""Who buys what next, and what joins a basket: rankings by the model, by popularity, by what was bought before."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from . import data, metrics

CARTS = 6000
SEED = 0


def recent(s: data.Split, days: float = 28.0) -> np.ndarray:
    """The kept items by their rows in the last days before the cut, the most first, ties by id."""
    rows = s.train & (s.orders.day >= s.cut - days)
    count = np.bincount(s.orders.item[rows], minlength=s.seen.shape[1])[s.items]
    return s.items[np.argsort(-count, kind="stable")]


def top_popular(s: data.Split, rows: np.ndarray, new_only: bool, n: int = 10) -> np.ndarray:
    top = recent(s)
    if not new_only:
        return np.tile(top[:n], (len(rows), 1))
    out = np.full((len(rows), n), -1, np.int64)
    for at, customer in enumerate(rows):
        own = s.seen.indices[s.seen.indptr[customer]:s.seen.indptr[customer + 1]]
        free = top[~np.isin(top, own)][:n]
        out[at, :len(free)] = free
    return out


def top_frequent(s: data.Split, rows: np.ndarray, popular: np.ndarray, half_life: float = 120.0, n: int = 10) -> np.ndarray:
    """The customer's own items by time-decayed purchases, ties by popularity, then what is popular.

    `popular` has all items, the most popular first.
    """
    o = s.orders.where(s.train)
    weight = 2.0 ** (-(s.cut - o.day) / half_life)
    matrix = sp.csr_matrix((weight, (o.customer, o.item)), shape=s.seen.shape)
    place = np.empty(s.seen.shape[1], np.int64)
    place[popular] = np.arange(len(popular))
    out = np.empty((len(rows), n), np.int64)
    for at, customer in enumerate(rows):
        part = slice(matrix.indptr[customer], matrix.indptr[customer + 1])
        own = matrix.indices[part]
        own = own[np.lexsort((place[own], -matrix.data[part]))][:n]
        rest = popular[:2 * n][~np.isin(popular[:2 * n], own)]
        out[at] = np.concatenate([own, rest])[:n]
    return out


def recommend(name: str) -> dict:
    """What customers buy in the 28 days after day 336: everything, and what is new to them."""
    s, model = data.fitted(name)
    out: dict = {"items": len(s.items), "customers": int(s.known.sum())}
    for task, rows, truth, new_only in (
        ("everything", s.customers, s.truth, False),
        ("new_only", s.customers_new, s.novel, True),
    ):
        answers = model.recommend(rows, 10, new_only=new_only, at=s.at)
        part = {
            "basketry": data.ranked(answers, "customer", rows, 10),
            "recent popularity": top_popular(s, rows, new_only),
        }
        if not new_only:
            part["own decayed frequency"] = top_frequent(s, rows, recent(s))
        values = {who: metrics.ranking(ranked, truth, rows) for who, ranked in part.items()}
        out[task] = {who: metrics.summary(value) for who, value in values.items()}
        for who in part:
            if who != "basketry":
                gain = values["basketry"]["ndcg"] - values[who]["ndcg"]
                out[task][who]["basketry_ahead_ndcg"] = metrics.interval(gain)
    return out


def carts(s: data.Split, n: int = CARTS, seed: int = SEED):
    """Orders after the cut with two or more kept items, n of them at random, one item of each left out at random.

    Returns the items that are left of each, the one left out, the customer, the moment. The draws
    are those of numpy's RandomState, so that everybody who follows this description leaves out the same.
    """
    o = s.orders.where(s.test)
    dense = np.searchsorted(s.items, o.item)
    pairs = np.unique(np.stack([o.basket, dense]), axis=1)
    baskets, start, size = np.unique(pairs[0], return_index=True, return_counts=True)
    eligible = np.flatnonzero(size >= 2)
    rng = np.random.RandomState(seed)
    if len(eligible) > n:
        eligible = np.sort(rng.choice(eligible, n, replace=False))
    rest, left_out = [], np.empty(len(eligible), np.int64)
    for at, basket in enumerate(eligible):
        items = s.items[pairs[1, start[basket]:start[basket] + size[basket]]]
        drawn = rng.randint(size[basket])
        left_out[at] = items[drawn]
        rest.append(np.delete(items, drawn).tolist())
    return rest, left_out, baskets[eligible] // 100_000


def complete(name: str) -> dict:
    """One item of a basket left out: is it among the ten that are offered?"""
    s, model = data.fitted(name)
    rest, left_out, customer = carts(s)
    new = np.asarray(s.seen[customer, left_out]).ravel() == 0
    rows = np.arange(len(rest))
    top = recent(s)
    popular = np.stack([top[:10 + len(r)][~np.isin(top[:10 + len(r)], r)][:10] for r in rest])
    answers = {
        "basketry, customer known": data.ranked(model.complete(rest, 10, customers=customer, at=s.at), "basket", rows, 10),
        "basketry, anonymous": data.ranked(model.complete(rest, 10, at=s.at), "basket", rows, 10),
        "recent popularity": popular,
    }
    out: dict = {"mean_rest": float(np.mean([len(r) for r in rest])), "left_out_new_to_customer": float(new.mean())}
    for who, ranked in answers.items():
        value = metrics.place(ranked, left_out)
        out[who] = metrics.summary(value, customer)
        out[who]["hit_if_new"] = metrics.interval(value["hit"][new], customer[new])
    return out
