"""Made-up orders of any number, the same on every machine.

There are 50,000 items; the item of rank k is drawn with a weight of 1 / k (to one part in 2^22). A
basket has 1 to 40 draws (a Poisson number of mean 8.5, and one more), and every fourth also holds one
of 500 bundles of 2 to 5 items, drawn by the same weights. An item may be drawn twice; without
repetition that makes 9.8 items a basket. All draws are hashes (splitmix64) of the seed, the basket
and the number of the draw, so that the first million of five million baskets are the one million.

`python benches/zipf.py 1000000 FILE` writes a FIMI file, without repetition, for miners that read
those.
"""

from __future__ import annotations

import sys

import numpy as np

ITEMS = 50_000
BUNDLES = 500
MEAN = 8.5
LONGEST = 40
SEED = 2026
PARTS = 22
# Baskets that are made at once.
CHUNK = 100_000


def _hashes(stream: int, index: np.ndarray) -> np.ndarray:
    """A random 64-bit number for each index of a stream."""
    with np.errstate(over="ignore"):
        z = index.astype(np.uint64)
        z += np.uint64(((SEED * 1_000 + stream) << 40) + 1)
        z *= np.uint64(0x9E3779B97F4A7C15)
        z ^= z >> np.uint64(30)
        z *= np.uint64(0xBF58476D1CE4E5B9)
        z ^= z >> np.uint64(27)
        z *= np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return z


def _uniform(stream: int, index: np.ndarray) -> np.ndarray:
    """A number in [0, 1) for each index of a stream."""
    return (_hashes(stream, index) >> np.uint64(11)).astype(np.float64) / 2.0**53


def _draw(table: np.ndarray, stream: int, index: np.ndarray) -> np.ndarray:
    """An item for each index of a stream."""
    return table[_hashes(stream, index) >> np.uint64(64 - PARTS)]


def _tables():
    # The item of each part of the sum of all weights.
    weights = np.cumsum(1.0 / np.arange(1, ITEMS + 1))
    middle = (np.arange(1 << PARTS) + 0.5) / (1 << PARTS) * weights[-1]
    items = np.searchsorted(weights, middle, side="right").astype(np.int32)
    # P(N <= n) of a Poisson number.
    term = total = np.exp(-MEAN)
    lengths = [total]
    for n in range(1, LONGEST - 1):
        term *= MEAN / n
        total += term
        lengths.append(total)
    sizes = 2 + (_uniform(1, np.arange(BUNDLES)) * 4).astype(np.int64)
    members = _draw(items, 2, np.arange(BUNDLES * 5)).reshape(BUNDLES, 5)
    return items, np.array(lengths), sizes, members


def baskets(number: int):
    """Chunks of baskets: for each, the basket (counted from 0 in all) and the item of each line, as
    arrays of integers, basket by basket."""
    table, lengths, sizes, members = _tables()
    for first in range(0, number, CHUNK):
        index = np.arange(first, min(first + CHUNK, number))
        draws = 1 + np.searchsorted(lengths, _uniform(3, index), side="right")
        bundle = (_uniform(5, index) * BUNDLES).astype(np.int64)
        bought = _uniform(4, index) < 0.25
        lines = draws + np.where(bought, sizes[bundle], 0)
        rows = np.repeat(index, lines)
        nth = np.arange(len(rows)) - np.repeat(np.cumsum(lines) - lines, lines)
        items = _draw(table, 6, rows * 64 + nth)
        # The last lines of a basket are its bundle.
        of_bundle = nth - np.repeat(draws, lines)
        chosen = np.flatnonzero(of_bundle >= 0)
        items[chosen] = members[bundle[rows[chosen] - first], of_bundle[chosen]]
        yield rows, items


def arrow(number: int):
    """An Arrow table of all lines: `basket` (Int64) and `item` (Utf8)."""
    import pyarrow as pa

    names = pa.array([f"P{item:05d}" for item in range(ITEMS)])
    batches = [
        pa.record_batch({"basket": pa.array(rows), "item": names.take(pa.array(items))})
        for rows, items in baskets(number)
    ]
    return pa.Table.from_batches(batches)


def _keys(rows: np.ndarray, items: np.ndarray) -> np.ndarray:
    return np.unique(rows * ITEMS + items)


def distinct(number: int) -> int:
    """How many distinct items the baskets have together."""
    return sum(len(_keys(rows, items)) for rows, items in baskets(number))


def write_fimi(number: int, path: str) -> None:
    """A FIMI file of the same baskets."""
    names = [str(item) for item in range(ITEMS)]
    with open(path, "w") as file:
        for rows, items in baskets(number):
            keys = _keys(rows, items)
            texts = [names[item] for item in (keys % ITEMS).tolist()]
            start = 0
            for end in (np.flatnonzero(np.diff(keys // ITEMS, append=-1)) + 1).tolist():
                file.write(" ".join(texts[start:end]))
                file.write("\n")
                start = end


if __name__ == "__main__":
    write_fimi(int(sys.argv[1]), sys.argv[2])
