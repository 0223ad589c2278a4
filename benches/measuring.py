"""What runs inside a measuring process: clocks, memory, and data in the shapes that peers take."""

from __future__ import annotations

import contextlib
import os
import pathlib
import resource
import subprocess
import tempfile
import time


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


def measured(work, repeats: int, seconds: float = 10.0) -> dict:
    """The same as a result, with the number of rows and what it added to the peak."""
    before = resident_mb()
    wall, cpu, result = best_of(work, repeats, seconds)
    return {"seconds": wall, "cpu": cpu, "results": len(result), "mb": peak_mb() - before}


def threads_of(peer: str) -> int:
    """How many threads `basketry/2` uses."""
    return int(peer.split("/")[1])


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


def lcm_cpu(path: str, count: int, kind: str = "F") -> float:
    """The least CPU seconds of LCM as a whole process: counting only, writing to nothing, or to a file.

    The kind is F for all frequent itemsets, C for closed ones, M for maximal ones.
    """
    program = os.environ["BASKETRY_LCM"]
    with tempfile.TemporaryDirectory() as folder:
        ways = [[kind, path, str(count)]]
        ways += [[kind + "f", path, str(count), out] for out in (os.devnull, os.path.join(folder, "out"))]
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
