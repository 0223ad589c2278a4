"""Jobs in processes of their own, tables of what they measured, and records of those."""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benches" / "results"
SCRIPT = ROOT / "benches" / "side_by_side.py"
TIMEOUT = 240
PACKAGES = ("basketry", "pyfim", "mlxtend", "rusket", "pandas", "pyarrow")
# What is not recorded of a job: where things lie on this machine.
UNRECORDED = ("path", "keep", "program")


def run(job: dict) -> dict:
    """Runs one job in a fresh process; a failure or a timeout is a result too."""
    environment = dict(os.environ)
    if "/" in job.get("peer", "") and job["peer"].startswith("basketry"):
        environment["RAYON_NUM_THREADS"] = job["peer"].split("/")[1]
    elif job.get("peer") == "rusket":
        environment["RAYON_NUM_THREADS"] = "1"
    try:
        done = subprocess.run(
            [sys.executable, str(SCRIPT), "--job", json.dumps(job)],
            capture_output=True, text=True, timeout=TIMEOUT, env=environment,
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"more than {TIMEOUT} s"}
    if done.returncode != 0:
        return {"failed": (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1][:120]}
    return json.loads(done.stdout.strip().splitlines()[-1])


class Bench:
    """What a group reports to: it says lines and measures jobs."""

    def __init__(self, quick: bool):
        self.quick = quick
        self.data = os.environ.get("BASKETRY_DATA")
        self.lcm = bool(os.environ.get("BASKETRY_LCM"))
        # For files that one group leaves for another; it goes with the bench.
        self.temporary = tempfile.TemporaryDirectory(prefix="basketry-bench-")
        self.folder = pathlib.Path(self.temporary.name)
        self.begin("")

    def begin(self, group: str) -> None:
        self.group = group
        self.lines: list[str] = []
        self.measurements: list[dict] = []

    def say(self, line: str = "") -> None:
        self.lines.append(line)
        print(line, flush=True)

    def table(self, *columns: str) -> None:
        """Begins a table with these columns."""
        self.row(*columns)
        self.row(*["---"] * len(columns))

    def row(self, *cells: str) -> None:
        self.say("| " + " | ".join(cells) + " |")

    def measure(self, **job) -> dict:
        job["what"] = self.group
        result = run(job)
        self.measurements.append({**{k: v for k, v in job.items() if k not in UNRECORDED}, **result})
        return result

    def file(self, name: str) -> str | None:
        """Where a file of BASKETRY_DATA lies; if it is not there, that is said."""
        if not self.data:
            self.say(f"(skipped {name}: BASKETRY_DATA is not set)")
            return None
        path = os.path.join(self.data, name)
        if os.path.exists(path):
            return path
        self.say(f"(skipped {name}: not below BASKETRY_DATA)")
        return None

    def sets(self, rows):
        """The rows, which begin with a file's name, whose file is there, with its path at the end."""
        for name, *rest in rows:
            if path := self.file(name):
                yield (name, *rest, path)

    def cargo_bench(self, name: str, *arguments: str, **environment: str) -> str:
        """What one of the benchmarks in Rust prints."""
        command = ["cargo", "bench", "--quiet", "-p", "basketry", "--bench", name, "--", *arguments]
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=ROOT, env={**os.environ, **environment}
        )
        return (done.stdout if done.returncode == 0 else done.stderr).strip()


# --- cells of tables ------------------------------------------------------------------------------


def cell(result: dict, unit: str = "s") -> str:
    if result.get("skipped"):
        return "-"
    if "failed" in result:
        return result["failed"] if "seconds" in result else f"failed ({result['failed']})"
    return f"{result['seconds']:.4f} {unit} / {result['mb']:.0f} MB"


def seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f} s"


def ratio(above: float | None, below: float | None, digits: int = 1) -> str:
    return f"{above / below:.{digits}f}" if above and below else "-"


def scaling(one: dict, two: dict) -> str:
    """How much faster two threads are than one."""
    return ratio(one.get("seconds"), two.get("seconds"), 2)


def number(result: dict) -> str:
    return f"{result.get('results', 0):,}"


def disagree(ours: dict, **peers: dict) -> None:
    """A peer that found another number of results has failed."""
    for peer, result in peers.items():
        if result.get("results") is not None and result["results"] != ours.get("results"):
            result["failed"] = f"{result['seconds']:.4f} s, but {peer} found {result['results']:,}"


# --- records --------------------------------------------------------------------------------------


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


def new_record() -> dict:
    return {
        "date": datetime.date.today().isoformat(), "machine": machine(),
        "versions": {package: version(package) for package in PACKAGES}, "groups": {},
    }


def record_of(stem: str | None, whole: bool) -> tuple[str, dict]:
    """The record that results are to be put in, and its name: one of that name if it is there; without
    a name a new one of today for all groups, and the latest one for some of them."""
    if stem is None and not whole:
        stem = max((path.stem for path in RESULTS.glob("[0-9]*-*-*.json")), default=None)
    stem = stem or datetime.date.today().isoformat()
    path = RESULTS / f"{stem}.json"
    if whole or not path.exists():
        return stem, new_record()
    record = json.loads(path.read_text())
    if "groups" not in record:
        raise SystemExit(f"{path} has no groups to put results in: record all groups first, or name another with --record")
    now = new_record()
    if any(record[key] != now[key] for key in ("machine", "versions")):
        raise SystemExit(f"{path} is of another machine or of other versions: name another with --record")
    return stem, record


def heading(record: dict) -> str:
    here = record["machine"]
    versions = ", ".join(f"{package} {number}" for package, number in record["versions"].items())
    return (
        f"# Measured on {record['date']}\n\n"
        f"{here['cpu']}, {here['cores']} cores, {here['memory_gib']} GiB, {here['system']}, Python {here['python']}. {versions}.\n"
        "Best of several repeats; memory is what the work added to the process's peak. One thread unless said otherwise."
    )


def write_record(stem: str, record: dict, order: list[str]) -> None:
    """As JSON, and as a page with the groups in this order."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    record["groups"] = {name: record["groups"][name] for name in order if name in record["groups"]}
    (RESULTS / f"{stem}.json").write_text(json.dumps(record, indent=1) + "\n")
    page = [heading(record)]
    for group in record["groups"].values():
        page.append(f"\n## {group['title']}\n")
        if group["date"] != record["date"]:
            page.append(f"Measured on {group['date']}.\n")
        page += group["lines"]
    (RESULTS / f"{stem}.md").write_text("\n".join(page) + "\n")
