"""Which offers to make to which customers."""

from __future__ import annotations

import itertools
import pathlib
import random

import pyarrow as pa
import pytest

import basketry as bk


def made(rows, **columns):
    names = ["who", "what", "worth", "cost"]
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=False)), strict=False)))
    return bk.Proposals(table, customer="who", offer="what", value="worth", **columns)


def campaign(customers, offers, seed):
    draw = random.Random(seed)
    return [
        (
            f"c{customer}",
            offer,
            round(draw.lognormvariate(0, 1) * (1 + offer % 3) - 1, 6),
            draw.randrange(100) / 100,
        )
        for customer in range(customers)
        for offer in range(offers)
        if draw.random() < 0.6
    ]


@pytest.mark.parametrize("seed", range(12))
def test_small_plans_against_all_plans(seed):
    rows = campaign(4, 3, seed)[:9]
    proposals = made(rows, cost="cost")
    plan = proposals.assign(capacity={0: 1, 2: 2}, budget=150, seed=seed)
    best = 0.0
    for chosen in itertools.product([False, True], repeat=len(rows)):
        taken = [row for row, take in zip(rows, chosen, strict=False) if take]
        who = [row[0] for row in taken]
        what = [row[1] for row in taken]
        cost = sum(round(row[3] * 100) for row in taken)
        if len(set(who)) == len(who) and what.count(0) <= 1 and what.count(2) <= 2 and cost <= 150:
            best = max(best, sum(row[2] for row in taken))
    assert plan.value <= best + 1e-9
    assert plan.bound >= best - 1e-9


def test_a_campaign():
    rows = campaign(3_000, 20, 1)
    proposals = made(rows, cost="cost")
    assert (len(proposals), proposals.customers, len(proposals.offers)) == (len(rows), 3_000, 20)
    plan = proposals.assign(
        per_customer=2,
        capacity=dict.fromkeys(range(20), 200),
        groups={"few": {"offers": [0, 3], "max": 250}, "many": {"offers": [1, 4], "min": 390}},
        exclude=[(2, 5)],
        budget=100_000,
    )
    assert plan.gap < 0.005
    value = {(who, what): (worth, round(100 * cost)) for who, what, worth, cost in rows}
    got = {}
    for who, what, worth in plan:
        assert value[who, what][0] == worth
        got.setdefault(who, []).append(what)
    assert all(len(set(offers)) == len(offers) <= 2 for offers in got.values())
    assert not any({2, 5} <= set(offers) for offers in got.values())
    volumes = {row["offer"]: row["made"] for row in plan.offers}
    assert max(volumes.values()) <= 200
    assert sum(volumes.values()) == len(plan)
    few, many = plan.groups
    assert few["made"] == volumes[0] + volumes[3] <= 250
    assert many["made"] == volumes[1] + volumes[4] >= 390
    assert many["met"]
    assert plan.spent == sum(value[who, what][1] for who, what, _ in plan) <= 100_000
    assert plan.value == pytest.approx(sum(worth for *_, worth in plan))
    assert plan.reached == len(got)

    table = pa.table(plan)
    assert table.column_names == plan.columns == ["customer", "offer", "rank", "value", "cost"]
    assert table.to_pydict() == plan.to_dict()
    assert list(plan.to_pandas()["customer"]) == plan.to_polars()["customer"].to_list()
    assert plan[0] == next(iter(plan))
    assert plan[-3:] == list(plan)[-3:]
    assert "% below the best" in repr(plan)


def test_bad_input_is_named():
    rows = [("a", 1, 2.0, 0.5), ("b", 1, 1.0, 0.5)]
    proposals = made(rows)
    for limits, error, text in [
        ({"per_customer": 0}, bk.InvalidArgumentError, "per_customer: expected a number from 1"),
        ({"per_customer": "2"}, TypeError, "per_customer: expected an int"),
        ({"budget": 5}, bk.InvalidArgumentError, "budget: nothing that is proposed costs"),
        ({"budget": -5}, bk.InvalidArgumentError, "budget: -5, expected an integer of at least 0"),
        ({"capacity": {1: -1}}, bk.InvalidArgumentError, r"capacity\[1\]: -1"),
        ({"capacity": {1.5: 1}}, TypeError, "capacity: "),
        ({"capacity": [(1, 1)]}, TypeError, "capacity: expected a dict, got list"),
        ({"groups": [[1]]}, TypeError, r"groups: expected a dict, got"),
        ({"groups": {"g": [1]}}, TypeError, r'groups\["g"\]: expected a dict'),
        ({"exclude": 1}, TypeError, "exclude: expected pairs of offers, got int"),
        ({"groups": {"g": {"offer": [1]}}}, TypeError, r'groups\["g"\]: unknown key .*offer'),
        (
            {"groups": {"g": {"offers": [1]}}},
            bk.InvalidArgumentError,
            r'groups\[0\] \("g"\): expected min, max or per_customer',
        ),
        (
            {"groups": {"g": {"offers": [1], "min": 2, "max": 1}}},
            bk.InvalidArgumentError,
            "maximum",
        ),
        ({"exclude": [(1,)]}, TypeError, r"exclude\[0\]: expected a pair"),
        ({"exclude": [(1, 1)]}, bk.InvalidArgumentError, r"exclude\[0\]: expected two offers"),
    ]:
        with pytest.raises(error, match=text):
            proposals.assign(**limits)
    with pytest.raises(bk.DataError, match="row 1"):
        made([("a", 1, 2.0, 0.5), ("b", 1, float("nan"), 0.5)])
    with pytest.raises(bk.DataError, match='customer "a": the offer 1 is proposed twice'):
        made([("a", 1, 2.0, 0.5), ("a", 1, 1.0, 0.5)])
    with pytest.raises(bk.InvalidArgumentError, match="offer: expected another column"):
        bk.Proposals({"id": [1], "worth": [1.0]}, customer="id", offer="id", value="worth")
    with pytest.raises(bk.SchemaError, match="price"):
        made(rows, cost="price")
    assert proposals.assign(capacity={7: 1}).unknown == 1


@pytest.mark.parametrize(
    ("rows", "least", "budget", "reached"),
    [
        ([("c0", "o0", 3.0, 0.03), ("c1", "o0", 1.0, 0.02), ("c2", "o0", 1.0, 0.02)], 3, 4, 2),
        (
            [
                ("c0", "o0", 3.0, 0.04),
                ("c1", "o0", 1.0, 0.02),
                ("c1", "o1", 2.0, 0.04),
                ("c2", "o0", 2.0, 0.03),
            ],
            2,
            5,
            2,
        ),
    ],
)
def test_a_minimum_takes_the_cheap_ones(rows, least, budget, reached):
    offers = sorted({row[1] for row in rows})
    groups = {"all": {"offers": offers, "min": least}}
    plan = made(rows, cost="cost").assign(groups=groups, budget=budget)
    assert plan.groups[0]["made"] == reached
    assert plan.spent <= budget


def test_the_risk_of_a_contact_is_taken_off_once():
    golden = pathlib.Path(__file__).parents[1] / "golden"
    engine = bk.Engine.open(golden / "model.basketry")
    now = "2026-05-11T12:00:00Z"
    many = {"max_offers": 3, "per_line": 10, "allow_substitutes": True}
    free = engine.propose(bk.Policy(**many), ["c-013"], now=now).assign(per_customer=3)
    assert (len(free), free.contact_risk) == (3, 0)
    risk = sum(row[2] for row in free) - 1e-3
    policy = bk.Policy(**many, fatigue={"opt_out": 1.0, "customer_value": risk})
    plan = engine.propose(policy, ["c-013"], now=now).assign(per_customer=3)
    assert list(plan) == list(free)
    assert plan.contact_risk == risk
    assert plan.value == pytest.approx(1e-3)
    # Two of the three are not worth it.
    assert len(engine.propose(policy, ["c-013"], now=now).assign(per_customer=2)) == 0
    assert len(engine.propose(policy, ["c-013"], now=now)) > 0
    policy = bk.Policy(**many, fatigue={"opt_out": 1.0, "customer_value": risk + 2e-3})
    assert len(engine.propose(policy, ["c-013"], now=now)) == 0


def test_an_engine_proposes():
    golden = pathlib.Path(__file__).parents[1] / "golden"
    engine = bk.Engine.open(golden / "model.basketry")
    now = "2026-05-11T12:00:00Z"
    policy = bk.Policy(name="mail")
    proposals = engine.propose(policy, ["c-013", "c-014", "new"], now=now, each=5)
    assert proposals.customers == 3
    assert 3 < len(proposals) <= 15
    plan = proposals.assign()
    assert {row[0] for row in plan} <= {"c-013", "c-014", "new"}

    # A contact costs .4 of a cent: two of them are paid with one, and three are not.
    cheap = engine.propose(bk.Policy(contact_cost=0.4), ["c-013", "c-014"], now=now)
    plan = cheap.assign(budget=1, per_customer=3)
    assert (len(plan), plan.spent) == (2, 1)
    assert plan.to_dict()["cost"] == [0.4, 0.4]

    with pytest.raises(bk.InvalidArgumentError, match="comes twice"):
        engine.propose(policy, ["c-013", "c-013"], now=now)
    with pytest.raises(bk.UnknownIdError, match="customer"):
        engine.propose(policy, [1, 2], now=now)
    with pytest.raises(bk.InvalidArgumentError, match="each"):
        engine.propose(policy, ["c-013"], now=now, each=0)


def test_whom_a_campaign_may_reach():
    golden = pathlib.Path(__file__).parents[1] / "golden"
    engine = bk.Engine.open(golden / "model.basketry")
    now = "2026-05-11T12:00:00Z"
    who = ["c-013", "c-014", "new"]
    policy = bk.Policy(
        segments={"only": ["vip"]},
        contact={"consent": ["mail"]},
        suppress={"customer_ignored": 1, "customer_days": 30},
    )
    assert len(engine.propose(policy, who, now=now)) == 0
    segments = [["vip"], ["vip", "old"], []]
    consents = [None, {"mail"}, ["mail"]]
    lists = {"segments": segments, "consents": consents}
    plan = engine.propose(policy, who, now=now, **lists).assign()
    assert {row[0] for row in plan} == {"c-014"}
    columns = {name: pa.array([list(x or ()) for x in lists[name]]) for name in lists}
    assert list(engine.propose(policy, who, now=now, **columns).assign()) == list(plan)

    ignored = {"time": "2026-05-01T12:00:00Z", "outcome": "ignored"}
    contacts = [None, [ignored], []]
    assert len(engine.propose(policy, who, now=now, contacts=contacts, **lists)) == 0
    old = {**ignored, "time": "2026-01-01T12:00:00Z"}
    seen = engine.propose(policy, who, now=now, contacts=[None, [old], []], **lists).assign()
    assert {row[0] for row in seen} == {"c-014"}

    for wrong, error, text in [
        (
            {"segments": [["vip"]]},
            bk.InvalidArgumentError,
            r"segments: expected as many as the 3 customers, got 1",
        ),
        ({"segments": ["vip"] * 3}, TypeError, r"segments\[0\]: expected a list of str, got str"),
        (
            {"consents": "mail"},
            TypeError,
            "consents: expected a list with something for each customer",
        ),
        ({"consents": [[], [3], []]}, TypeError, r"consents\[1\]: expected a list of str"),
        ({"contacts": [[], ignored, []]}, TypeError, r"contacts\[1\]: expected a list of dicts"),
        (
            {"contacts": [[], [{"time": 0, "kind": "gift"}], []]},
            bk.PolicyError,
            r"^contacts\[1\]\[0\]\.kind: expected",
        ),
    ]:
        with pytest.raises(error, match=text):
            engine.propose(policy, who, now=now, **wrong)


def test_a_campaign_takes_what_a_decision_takes():
    golden = pathlib.Path(__file__).parents[1] / "golden"
    engine = bk.Engine.open(golden / "model.basketry")
    now = "2026-05-11T12:00:00Z"
    who = ["c-013", "c-014", "new"]
    policy = bk.Policy(
        contact_cost=2.0,
        fatigue={"opt_out": 0.5},
        contact={"channel": "mail", "caps": [{"max": 0, "days": 1, "channel": "push"}]},
    )

    def reached(**requests):
        plan = engine.propose(policy, who, now=now, **requests).assign()
        return {row[0]: row for row in plan}, plan.spent

    free, spent = reached()
    assert set(free) == set(who)
    assert spent == 6
    assert reached(channel="push") == ({}, 0)
    assert set(reached(channel=["push", None, "mail"])[0]) == {"c-014", "new"}
    assert set(reached(channel=pa.array(["push", None, "mail"]))[0]) == {"c-014", "new"}
    assert set(reached(customer_value=[1e9, None, 0.0])[0]) == {"c-014", "new"}
    along, spent = reached(customer_value=[1e9, 0, 0], ride_along=[True, False, None])
    assert set(along) == set(who)
    assert spent == 4
    assert reached(channel="push", ride_along=True)[1] == 0
    best = free["c-013"][1]
    for request in [
        {"orders_since": [[("2026-05-11T11:00:00Z", [best])], None, None]},
        {"basket": [{best: 2}, None, []]},
        {"after": [[best], None, None]},
        {"returned": [[best], None, None]},
    ]:
        rows, _ = reached(**request)
        assert rows["c-013"][1:] != free["c-013"][1:], request
        assert rows["c-014"] == free["c-014"]
        assert rows["new"] == free["new"]
    seen, _ = reached(viewed=[None, None, "p-0001" if best != "p-0001" else best])
    assert seen["c-013"] == free["c-013"]

    for wrong, error, text in [
        ({"customer_value": 3.0}, TypeError, "customer_value: expected a list with something"),
        ({"customer_value": ["a", 1, 2]}, TypeError, r"customer_value\[0\]: expected a number"),
        ({"customer_value": [0, -1, 0]}, bk.PolicyError, r"^customer_value\[1\]: expected"),
        (
            {"basket": [None, {"a": -1}, None]},
            bk.PolicyError,
            r"^basket\[1\]\[0\]\.quantity: expected",
        ),
        ({"viewed": [None, None, 5]}, bk.UnknownIdError, r"^viewed\[2\]: 5 is an integer"),
        ({"channel": 3}, TypeError, "channel: expected a list"),
        ({"channel": [3, None, None]}, TypeError, r"channel\[0\]: expected a str, got int"),
        ({"ride_along": "yes"}, TypeError, "ride_along"),
        ({"orders_since": [None, [3], []]}, TypeError, r"orders_since\[1\]\[0\]: expected a pair"),
        ({"basket": [["a"]]}, bk.InvalidArgumentError, "basket: expected as many as the 3"),
        ({"viewed": [1.5, None, None]}, TypeError, r"viewed\[0\]"),
    ]:
        with pytest.raises(error, match=text):
            engine.propose(policy, who, now=now, **wrong)
    for customers, error, text in [
        (
            ["a", "b", "a"],
            bk.InvalidArgumentError,
            r'^customers\[2\]: "a" comes twice, .* customers\[0\]',
        ),
        ([1, 2], bk.UnknownIdError, r"^customers\[0\]: 1 is an integer"),
    ]:
        with pytest.raises(error, match=text):
            engine.propose(policy, customers, now=now)
    with pytest.raises(TypeError, match=r"^policy: expected a Policy, got dict"):
        engine.propose({}, who, now=now)


def test_as_many_for_one_customer_as_the_policy_says():
    golden = pathlib.Path(__file__).parents[1] / "golden"
    engine = bk.Engine.open(golden / "model.basketry")
    who = [f"c-{at:03}" for at in range(40)]
    now = "2026-05-11T12:00:00Z"
    free = engine.propose(bk.Policy(), who, now=now).assign(per_customer=3)
    few = bk.Policy(similar={"max": 2}, popular={"max": 0}, refill={"max": 0})
    plan = engine.propose(few, who, now=now).assign(per_customer=3)
    assert max(free.to_dict()["rank"]) == 3
    assert max(plan.to_dict()["rank"]) == 2
    with pytest.raises(bk.InvalidArgumentError, match="per_customer: expected at most 4, the max_"):
        engine.propose(few, who, now=now).assign(per_customer=5)
    rows = pa.table({"c": [1, 1, 1], "o": ["a", "b", "x"], "v": [3.0, 2.0, 1.0]})
    table = bk.Proposals(rows, customer="c", offer="o", value="v")
    plan = table.assign(per_customer=2, groups={"ab": {"offers": ["a", "b"], "per_customer": 1}})
    assert list(plan) == [(1, "a", 3.0), (1, "x", 1.0)]
    with pytest.raises(bk.InvalidArgumentError, match="1 or more"):
        table.assign(groups={"ab": {"offers": ["a", "b"], "per_customer": 0}})
