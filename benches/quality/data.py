"""The orders, their split in time, and what is fitted to them. See README.md for the files."""

from __future__ import annotations

import dataclasses
import functools
import os
import pathlib
import sys

import numpy as np
import pyarrow as pa
import scipy.sparse as sp

import basketry as bk

FILES = {
    "types": "complete_journey/cj_type.npz",
    "products": "complete_journey/cj_product.npz",
    "tafeng": "tafeng/tafeng_nbr.npz",
}
DAY = 86_400_000
# Day 0 of Complete Journey. Any would do: nothing here depends on the calendar.
EPOCH = 1_483_228_800_000
CUT = 336.0
HORIZON = 28.0
MIN_ITEM = 10


@dataclasses.dataclass(frozen=True)
class Orders:
    """Order lines: customer, number of the order within the customer, item, day; all columns."""

    name: str
    customer: np.ndarray
    number: np.ndarray
    item: np.ndarray
    day: np.ndarray
    # The caller's id of each item, if the file has them.
    item_id: np.ndarray | None = None

    @property
    def basket(self) -> np.ndarray:
        """One number for each order of all customers."""
        return self.customer * 100_000 + self.number

    def where(self, rows: np.ndarray) -> Orders:
        return dataclasses.replace(
            self, customer=self.customer[rows], number=self.number[rows], item=self.item[rows], day=self.day[rows]
        )

    def matrix(self, rows: np.ndarray, shape: tuple[int, int]) -> sp.csr_matrix:
        """Which customers bought which items in these rows, as ones."""
        ones = np.ones(int(rows.sum()), np.float32)
        matrix = sp.csr_matrix((ones, (self.customer[rows], self.item[rows])), shape=shape)
        matrix.sum_duplicates()
        matrix.data[:] = 1
        return matrix


def folder() -> pathlib.Path:
    named = os.environ.get("BASKETRY_DATA")
    if not named:
        sys.exit(
            "quality: BASKETRY_DATA names no folder. Set it to one that holds "
            + ", ".join(FILES.values()) + " (benches/quality/README.md says what is in them)."
        )
    return pathlib.Path(named)


@functools.cache
def load(name: str) -> Orders:
    path = folder() / FILES[name]
    if not path.is_file():
        sys.exit(f"quality: {path} is missing; benches/quality/README.md says what is in it")
    file = np.load(path)
    columns = {key: file[key].astype(np.int64) for key in ("user", "ord", "item")}
    day = file["day"].astype(np.float64)
    return Orders(
        name, columns["user"], columns["ord"], columns["item"], day, file.get("items")
    )


@dataclasses.dataclass
class Split:
    """Orders before a day, and what was bought in the days after it.

    Only items with at least `min_item` rows before the day count, on both sides.
    """

    orders: Orders
    train: np.ndarray
    test: np.ndarray
    items: np.ndarray
    seen: sp.csr_matrix
    truth: sp.csr_matrix
    novel: sp.csr_matrix
    cut: float

    @property
    def customers(self) -> np.ndarray:
        """Those with orders on both sides."""
        return np.flatnonzero((np.diff(self.truth.indptr) > 0) & self.known)

    @property
    def customers_new(self) -> np.ndarray:
        """Those who bought something new to them."""
        return np.flatnonzero((np.diff(self.novel.indptr) > 0) & self.known)

    @property
    def known(self) -> np.ndarray:
        return np.diff(self.seen.indptr) > 0

    @property
    def at(self) -> int:
        """The moment of the cut."""
        return EPOCH + int(self.cut * DAY)


def split(orders: Orders, cut: float = CUT, horizon: float = HORIZON, min_item: int = MIN_ITEM) -> Split:
    train = orders.day < cut
    test = (orders.day >= cut) & (orders.day < cut + horizon)
    count = np.bincount(orders.item[train], minlength=orders.item.max() + 1)
    keep = count >= min_item
    train &= keep[orders.item]
    test &= keep[orders.item]
    shape = (int(orders.customer.max()) + 1, len(keep))
    seen, truth = orders.matrix(train, shape), orders.matrix(test, shape)
    novel = (truth - truth.multiply(seen)).tocsr()
    novel.eliminate_zeros()
    return Split(orders, train, test, np.flatnonzero(keep), seen, truth, novel, cut)


def catalog(items: np.ndarray, category: dict[str, list] | None = None) -> bk.Catalog:
    columns: dict[str, object] = {"product": items, "price": np.ones(len(items))}
    columns.update(category or {})
    return bk.Catalog(pa.table(columns), product="product", price="price", category=list(category or {}))


def table(orders: Orders) -> pa.Table:
    """Order lines as they come out of a shop."""
    moment = EPOCH + np.round(orders.day * DAY).astype(np.int64)
    return pa.table({
        "customer": orders.customer,
        "basket": orders.basket,
        "time": pa.array(moment, pa.timestamp("ms")),
        "product": orders.item,
    })


def history(orders: Orders) -> bk.History:
    return bk.History(table(orders), customer="customer", basket="basket", time="time", product="product")


def fit(s: Split, rows: np.ndarray | None = None, category: dict[str, list] | None = None, **options) -> bk.Model:
    """The model of what is before the cut, with default options unless told otherwise."""
    rows = s.train if rows is None else rows
    return bk.fit(catalog(s.items, category), history(s.orders.where(rows)), **options)


@functools.cache
def fitted(name: str) -> tuple[Split, bk.Model]:
    """The split at day 336 and the model of it, which most parts share."""
    s = split(load(name))
    return s, fit(s)


def ranked(answers, key: str, keys: np.ndarray, n: int) -> np.ndarray:
    """The products of a table of answers as a row for each key, -1 where there are fewer than n.

    Answers come in the order of `keys`.
    """
    columns = pa.table(answers)
    who = columns[key].to_numpy()
    out = np.full((len(keys), n), -1, np.int64)
    row = np.concatenate([[0], np.cumsum(who[1:] != who[:-1])]) if len(who) else who
    if key == "basket":
        row = who.astype(np.int64)
    elif len(who) and not np.array_equal(who[np.concatenate([[True], who[1:] != who[:-1]])], keys):
        raise AssertionError("some customers have no answer, or their order is not that of the request")
    out[row, columns["rank"].to_numpy().astype(np.int64) - 1] = columns["product"].to_numpy()
    return out
