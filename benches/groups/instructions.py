"""Instructions per itemset, counted by callgrind, which repeat where times do not."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile

from harness import ROOT

TITLE = "Instructions per itemset, one thread"

# (file below BASKETRY_DATA, minimum count)
SETS = [
    ("fimi/mushroom.dat", 813),
    ("fimi/mushroom.dat", 407),
    ("fimi/chess.dat", 1918),
    ("fimi/chess.dat", 1598),
    ("fimi/retail.dat", 18),
    ("fimi/T10I4D100K.dat", 50),
]


def program() -> str:
    """Builds the benchmark that mines one file, and says where it lies."""
    command = ["cargo", "bench", "-p", "basketry", "--bench", "instructions", "--no-run", "--message-format=json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    if done.returncode != 0:
        raise RuntimeError((done.stderr.strip().splitlines() or ["the build failed"])[-1])
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "instructions":
            return message["executable"]
    raise RuntimeError("cargo names no program")


def count(program: str, *arguments: str) -> tuple[int, int]:
    """The number of itemsets, and that of instructions of the whole process."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "callgrind.out")
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", program, *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip().splitlines()[-1])
        with open(out) as file:
            total = next(line for line in file if line.startswith(("totals:", "summary:")))
    return int(done.stdout.split()[0]), int(total.split()[1])


def measure(job: dict) -> dict:
    itemsets, all_of_it = count(job["program"], job["path"], str(job["count"]))
    _, reading = count(job["program"], job["path"])
    return {"results": itemsets, "instructions": all_of_it - reading, "reading": reading}


def report(bench) -> None:
    if not shutil.which("valgrind"):
        bench.say("(skipped: valgrind is not installed)")
        return
    bench.say("From baskets in memory to columns in memory, without reading the file. callgrind knows AVX2, but not AVX-512.\n")
    try:
        built = program()
    except RuntimeError as error:
        bench.say(f"failed: {error}")
        return
    bench.table("data, minimum count", "itemsets", "instructions", "per itemset")
    for name, least, path in bench.sets(SETS):
        result = bench.measure(data=name, path=path, count=least, program=built)
        if "failed" in result:
            bench.row(f"{name} {least}", f"failed ({result['failed']})", "-", "-")
            continue
        each = result["instructions"] / result["results"]
        bench.row(f"{name} {least}", f"{result['results']:,}", f"{result['instructions'] / 1e6:,.1f} M", f"{each:,.0f}")
