"""What ``progress=True`` shows: a tqdm bar where tqdm is installed, else a line on stderr."""

from __future__ import annotations

import sys
from typing import Any


class Bar:
    """Called with (stage, done, total) every 50 ms or so, and closed at the end."""

    def __init__(self) -> None:
        self._stage = ""
        self._bar: Any = None
        self._width = 0
        try:
            from tqdm.auto import tqdm
        except ImportError:
            self._tqdm: Any = None
        else:
            self._tqdm = tqdm

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._tqdm is None:
            self._line(stage, done, total)
            return
        if stage != self._stage:
            self._finish_stage()
            self._stage = stage
            self._bar = self._tqdm(total=total or None, desc=stage, unit_scale=True)
        self._bar.total = total or None
        self._bar.update(done - self._bar.n)

    def _finish_stage(self) -> None:
        if self._bar is not None:
            # Stages often end between two looks; the bar of a finished one should be full.
            if self._bar.total:
                self._bar.update(self._bar.total - self._bar.n)
            self._bar.close()

    def _line(self, stage: str, done: int, total: int) -> None:
        self._stage = stage
        text = f"basketry: {stage} {100 * done // total}%" if total else f"basketry: {stage} {done}"
        sys.stderr.write("\r" + text.ljust(self._width))
        sys.stderr.flush()
        self._width = len(text)

    def close(self) -> None:
        """Ends the display, whether the work was finished or not."""
        if self._bar is not None:
            self._bar.close()
        elif self._stage and self._tqdm is None:
            sys.stderr.write("\n")
