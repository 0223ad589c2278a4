"""Made-up orders of any number, and what fitting costs on them.

A customer has 50 order lines on average, so that 1, 10 and 50 million lines are 20,000, 200,000 and
1 million customers; all buy from the same 50,000 products. Over a year:

- a customer places orders at a rate drawn from a gamma distribution of shape 1.5, mean 6, one at
  least; an order has a geometric number of lines, mean 8;
- products belong to 500 categories of 100; category and product within it are each drawn with a
  weight of 1 / rank^0.9 (the overall popularity is then close to Zipf's);
- a customer has 12 categories of their own, drawn by popularity, and 4 products of each: a line is
  one of these with probability 0.6 (a repeat purchase, once it was bought), a product of one of their
  categories with probability 0.25, and any product with probability 0.15;
- one order in five holds a pair that belongs together: a line's product p brings
  p's partner, which is fixed for each product of an even number.

Everything is drawn from numpy's PCG64 with a fixed seed per block of 10,000 customers, so that fewer
customers are the first of more.
"""

from __future__ import annotations

import json
import os
import pathlib
import sys
import tempfile
import threading
import time

import numpy as np
import pyarrow as pa
import pyarrow.ipc

PRODUCTS = 50_000
CATEGORIES = 500
IN_CATEGORY = PRODUCTS // CATEGORIES
BLOCK = 10_000
LINES_EACH = 50
YEAR = 365
EPOCH = 1_483_228_800_000
SEED = 2026
SIZES = (1_000_000, 10_000_000, 50_000_000)
THREADS = 2


def _table(n: int) -> np.ndarray:
    """The rank that each of 2^20 equal parts of the sum of all weights belongs to."""
    weight = np.cumsum(1.0 / np.arange(1, n + 1) ** 0.9)
    middle = (np.arange(1 << 20) + 0.5) / (1 << 20) * weight[-1]
    return np.searchsorted(weight, middle, side="right").astype(np.int32)


CATEGORY, WITHIN = _table(CATEGORIES), _table(IN_CATEGORY)


def _draw(rng: np.random.Generator, table: np.ndarray, size) -> np.ndarray:
    return table[rng.integers(1 << 20, size=size, dtype=np.int32)]


def block(number: int) -> pa.RecordBatch:
    """The order lines of ten thousand customers."""
    rng = np.random.default_rng([SEED, number])
    own_category = _draw(rng, CATEGORY, (BLOCK, 12))
    own = own_category[:, :, None] * IN_CATEGORY + _draw(rng, WITHIN, (BLOCK, 12, 4))
    orders = 1 + rng.poisson(rng.gamma(1.5, 5.25 / 1.5, BLOCK))
    who = np.repeat(np.arange(BLOCK), orders)
    when = rng.random(len(who)) * YEAR
    size = rng.geometric(1 / 8, len(who))
    line = np.repeat(np.arange(len(who)), size)
    customer, n = who[line], len(line)
    how = rng.random(n)
    product = _draw(rng, CATEGORY, n) * IN_CATEGORY + _draw(rng, WITHIN, n)
    own_line = own[customer, rng.integers(12, size=n), rng.integers(4, size=n)]
    near = own_category[customer, rng.integers(12, size=n)] * IN_CATEGORY + _draw(rng, WITHIN, n)
    product = np.where(how < 0.6, own_line, np.where(how < 0.85, near, product))
    # The first line of every fifth order brings the partner of its product, if that has one.
    first = np.flatnonzero(np.concatenate([[True], line[1:] != line[:-1]]))
    brings = first[(rng.random(len(first)) < 0.2) & (product[first] % 2 == 0)]
    line = np.concatenate([line, line[brings]])
    product = np.concatenate([product, (product[brings] * 7919 + 1) % PRODUCTS])
    moment = EPOCH + (when * 86_400_000).astype(np.int64)
    return pa.record_batch({
        "customer": (who[line] + number * BLOCK).astype(np.int32),
        "basket": line.astype(np.int64) + number * 10_000_000,
        "time": pa.array(moment[line], pa.timestamp("ms")),
        "product": product.astype(np.int32),
    })


def write(path: pathlib.Path, lines: int) -> int:
    """Writes whole blocks until there are as many lines, and cuts the last one."""
    written = number = 0
    with pa.OSFile(str(path), "wb") as sink:
        writer = None
        while written < lines:
            batch = block(number).slice(0, lines - written)
            writer = writer or pa.ipc.new_file(sink, batch.schema)
            writer.write_batch(batch)
            written, number = written + batch.num_rows, number + 1
        writer.close()
    return number * BLOCK


class Memory:
    """The most memory that was the process's own (files that are mapped do not count), sampled."""

    def __enter__(self) -> Memory:
        self.peak, self.over = 0.0, threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()
        return self

    def _watch(self) -> None:
        while not self.over.wait(0.02):
            with open("/proc/self/status") as status:
                self.peak = max(self.peak, next(int(x.split()[1]) / 1024 for x in status if x.startswith("RssAnon:")))

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()


def measure(lines: int, threads: int) -> dict:
    import basketry as bk

    from . import data, speed

    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "orders.arrow"
        started = time.perf_counter()
        customers = write(path, lines)
        out: dict = {"lines": lines, "customers": customers, "products": PRODUCTS, "made_in_seconds": time.perf_counter() - started}
        with pa.memory_map(str(path)) as source, Memory() as memory:
            orders = pa.ipc.open_file(source).read_all()
            history, read = speed.clock(
                lambda: bk.History(orders, customer="customer", basket="basket", time="time", product="product")
            )
            out |= {"ingest_seconds": read["seconds"], "ingest_peak_mb": memory.peak}
            catalog = data.catalog(np.arange(PRODUCTS))
            model, fit = speed.clock(lambda: bk.fit(catalog, history, threads=threads))
            out |= {"fit_" + key: value for key, value in fit.items()}
        out |= {"peak_mb": memory.peak}
        saved = pathlib.Path(folder) / "model.basketry"
        _, save = speed.clock(lambda: model.save(saved))
        out |= {"save_seconds": save["seconds"], "model_mb": saved.stat().st_size / 1e6}
        many = np.arange(0, customers, max(1, customers // 20_000))
        answer = speed.best(lambda: model.recommend(many, 10, threads=threads), 2)
        out["recommend_per_second"] = len(many) / answer["seconds"]
    return out


def run(sizes: tuple[int, ...] = SIZES) -> dict:
    import subprocess

    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    out: dict = {}
    for lines in sizes:
        done = subprocess.run(
            [sys.executable, "-m", "quality.scale", str(lines), str(THREADS)],
            capture_output=True, text=True, cwd=here, check=False,
        )
        failed = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
        out[f"{lines:,} lines"] = {"failed": failed} if done.returncode else json.loads(done.stdout.splitlines()[-1])
        print(f"  scale: {out[f'{lines:,} lines']}", flush=True)
    return out


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))
