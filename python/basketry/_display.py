"""What notebooks show. Everything that comes from data is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

_ROWS = 10
# A rule has more columns than a line of text has room for.
_OF_RULES = ("antecedent", "consequent", "count", "support", "confidence", "lift", "leverage")
_OF_SEQUENCES = ("sequence", "customers", "confidence", "base_rate", "lift", "median_lag_days")


def _cell(value: object) -> str:
    return html.escape(_plain(value))


def _plain(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, (tuple, list)):
        return ", ".join(map(_plain, value))
    return "" if value is None else str(value)


def _head(data: Any) -> dict[str, list[Any]]:
    """The columns of the first rows; the steps of a sequence are joined by arrows."""
    head: dict[str, list[Any]] = data._head(_ROWS)
    if "sequence" in head:
        head["sequence"] = [" -> ".join(map(_plain, steps)) for steps in head["sequence"]]
    return head


def html_table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """An HTML table; the caption, the names and the cells are escaped."""
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows
    )
    return (
        f"<table><caption>{html.escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def table(data: Any) -> str:
    """The first rows of a table of results."""
    head = _head(data)
    count = len(data)
    caption = repr(data).strip("<>")
    if count > _ROWS:
        caption += f" (the first {_ROWS} rows)"
    return html_table(caption, list(head), zip(*head.values(), strict=True))


def text(data: Any) -> str:
    """The first rows of a table of results in plain text, columns one below the other."""
    head = _head(data)
    if "antecedent" in head:
        if not {*_OF_RULES} <= head.keys():
            shown = (*_OF_RULES[:3], *data.measures[:4])
        else:
            shown = _OF_RULES
        head = {name: head[name] for name in shown}
    if "sequence" in head:
        head = {name: head[name] for name in _OF_SEQUENCES}
    columns = [[name, *map(_plain, values)] for name, values in head.items()]
    widths = [max(map(len, column)) for column in columns]
    # Numbers stand at the right of their column.
    numbers = [all(isinstance(value, (int, float)) for value in values) for values in head.values()]
    lines = [repr(data).strip("<>")]
    for row in zip(*columns, strict=True):
        cells = (
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(row, widths, numbers, strict=True)
        )
        lines.append("  ".join(cells).rstrip())
    if len(data) > _ROWS:
        lines.append("...")
    return "\n".join(lines)


def decision(data: Any) -> str:
    """The offers of a decision, and how many candidates were suppressed why, in its language."""
    shown = data._shown()
    return html_table(shown["caption"], shown["columns"], shown["rows"]) + "".join(
        f"<p>{html.escape(note)}</p>" for note in shown["notes"]
    )


class Report(dict[str, Any]):
    """The figures of a report; printing it gives a summary in words."""

    def __init__(self, figures: dict[str, Any], text: str) -> None:
        super().__init__(figures)
        self._text = text

    def __str__(self) -> str:
        return self._text

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(self._text)}</pre>"
