"""Results as Markdown."""

from __future__ import annotations

TITLES = {
    "recommend-types": "What customers buy in the next 28 days: 1,704 product types",
    "recommend-products": "What customers buy in the next 28 days: 18,849 products",
    "carts-types": "Cart completion: product types",
    "carts-products": "Cart completion: products",
    "propensity": "Probability of a purchase within 28 days, by type",
    "tafeng": "The next basket (Ta-Feng)",
    "hidden-customers": "Customers of whom the model knows nothing, or one or three orders (types)",
    "hidden-products": "Products without a single order (products)",
    "speed": "Speed on Complete Journey",
    "scale": "Scale: made-up orders",
}


# Columns of a table at most, unless it has as many rows.
WIDE = 8


def number(value: object) -> str:
    """A figure, or a mean with its interval."""
    if isinstance(value, dict) and "mean" in value:
        return f"{number(value['mean'])} [{number(value['low'])}, {number(value['high'])}]"
    if isinstance(value, float):
        if value == 0 or abs(value) < 10:
            return f"{value:.4f}"
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def _flat(values: dict, prefix: str = "") -> dict:
    out = {}
    for key, value in values.items():
        if isinstance(value, dict) and "mean" not in value:
            out |= _flat(value, f"{prefix}{key} ")
        elif not isinstance(value, list):
            out[prefix + key.replace("_", " ")] = value
    return out


def _table(rows: dict[str, dict]) -> str:
    """Rows of the same kind as a table; turned over where they have many keys."""
    flat = {name: _flat(row) for name, row in rows.items()}
    columns = list(dict.fromkeys(key for row in flat.values() for key in row))
    if len(columns) > WIDE:
        flat = {key: {name: row[key] for name, row in flat.items() if key in row} for key in columns}
        columns = list(rows)
    lines = ["| | " + " | ".join(columns) + " |", "| --- " * (len(columns) + 1) + "|"]
    for name, row in flat.items():
        lines.append(f"| {name} | " + " | ".join(number(row[key]) if key in row else "-" for key in columns) + " |")
    return "\n".join(lines)


def _rows(result: dict) -> tuple[dict, dict]:
    """What is said of the whole, and what is a row."""
    rows = {key: value for key, value in result.items() if isinstance(value, dict) and "mean" not in value}
    return {key: value for key, value in result.items() if key not in rows}, rows


def part(name: str, result: dict) -> str:
    text = [f"## {TITLES[name]}", ""]
    whole, rows = _rows(result)
    if whole:
        text += [", ".join(f"{key.replace('_', ' ')} {number(value)}" for key, value in whole.items()) + ".", ""]
    if rows and all(_nested(row) for row in rows.values()):
        for title, inner in rows.items():
            text += [f"### {title.replace('_', ' ')}", "", _table(inner), ""]
    elif rows:
        text += [_table(rows), ""]
    return "\n".join(text)


def _nested(row: dict) -> bool:
    """Whether the values of a row are rows themselves."""
    return all(isinstance(value, dict) and "mean" not in value for value in row.values())


def whole(record: dict, order) -> str:
    m, v = record["machine"], record["versions"]
    head = [
        f"# Quality and speed, measured on {record['date']}", "",
        f"{m['cpu']}, {m['cores']} cores, {m['memory_gib']} GiB, {m['system']}, Python {m['python']}. "
        + ", ".join(f"{package} {version}" for package, version in v.items()) + ".",
        "Means with 95 % intervals by bootstrap over customers. How everything is measured: "
        "[benches/quality](../quality/README.md).", "",
    ]
    parts = [part(name, record["parts"][name]["result"]) for name in order if name in record["parts"]]
    return "\n".join(head) + "\n".join(parts)
