"""Measures quality and speed, prints and records them. See README.md.

Run it with `make quality`, or one part of it with `scripts/quality.sh --only carts`. Each part is
merged into the record of the day, benches/results/quality-<date>.json and .md.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import sys
import time

from . import hidden, nextbasket, propensity, rankings, report, scale, speed

RESULTS = pathlib.Path(__file__).resolve().parent.parent / "results"

PARTS = {
    "recommend-types": lambda: rankings.recommend("types"),
    "recommend-products": lambda: rankings.recommend("products"),
    "carts-types": lambda: rankings.complete("types"),
    "carts-products": lambda: rankings.complete("products"),
    "propensity": propensity.run,
    "tafeng": nextbasket.run,
    "hidden-customers": hidden.customers,
    "hidden-products": hidden.products,
    "speed": speed.run,
    "scale": scale.run,
}
PEERS = ("lightgbm", "implicit", "irspack", "rusket", "numpy", "scipy", "pyarrow")


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


def versions() -> dict:
    out = {}
    for package in ("basketry", *PEERS):
        try:
            out[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            out[package] = "not installed"
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", metavar="PART", help="a part, or the beginning of some; may be repeated: " + ", ".join(PARTS))
    parser.add_argument("--lines", type=int, action="append", help="sizes of the part `scale`; default 1, 10 and 50 million")
    parser.add_argument("--no-record", action="store_true", help="print only")
    arguments = parser.parse_args()
    chosen = [part for part in PARTS if not arguments.only or any(part.startswith(only) for only in arguments.only)]
    if not chosen:
        sys.exit(f"quality: --only {' '.join(arguments.only)}: there are {', '.join(PARTS)}")

    date = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    path = RESULTS / f"quality-{date}.json"
    for part in chosen:
        print(f"quality: {part}", flush=True)
        started, load = time.perf_counter(), os.getloadavg()[0]
        if part == "scale" and arguments.lines:
            result = scale.run(tuple(arguments.lines))
        else:
            result = PARTS[part]()
        seconds = time.perf_counter() - started
        print(report.part(part, result), f"({seconds:.0f} s)\n", flush=True)
        if arguments.no_record:
            continue
        record = json.loads(path.read_text()) if path.exists() else {"date": date, "parts": {}}
        record |= {"machine": machine(), "versions": versions()}
        record["parts"][part] = {"seconds": round(seconds, 1), "load_at_start": round(load, 2), "result": result}
        RESULTS.mkdir(exist_ok=True)
        path.write_text(json.dumps(record, indent=1) + "\n")
        path.with_suffix(".md").write_text(report.whole(record, PARTS))
        print(f"quality: recorded in {path.relative_to(RESULTS.parent.parent)}\n", flush=True)


if __name__ == "__main__":
    main()
