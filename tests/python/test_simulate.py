"""The simulated shop."""

import pytest

import basketry as bk
from basketry.simulate import Simulation


@pytest.fixture(scope="module")
def simulated():
    shop = Simulation(customers=150, needs=30, seed=4)
    year = shop.run(20)
    model = bk.fit(shop.catalog, shop.history())
    return shop, year, bk.Engine(model, shop.catalog)


def test_a_year_without_offers(simulated):
    shop, year, _ = simulated
    assert year["strategy"] == "nothing"
    assert year["weeks"] == 20
    assert year["offers"] == year["opt_outs"] == shop.opted_out == 0
    assert sum(year["margin_by_week"]) == year["margin"] > 0
    history = shop.history()
    assert history.lines == year["products"]
    assert shop.options["needs"] == 30
    assert shop.options["slots"] == 4
    assert repr(shop).startswith("<Simulation: day 140, 150 customers")


def test_runs_repeat_and_copies_go_their_own_way(simulated):
    shop, _, engine = simulated
    policy = bk.Policy(name="cart")
    one, two = shop.copy(), shop.copy()
    log = bk.DecisionLog()
    assert one.run(3, engine, policy, log=log) == two.run(3, engine, policy)
    assert one.now_ms == two.now_ms > shop.now_ms
    assert len(log) > 0
    table = log.table().to_polars()
    assert table["shown"].sum() > 0
    assert table["bought"].sum() > 0
    learned, numbers = log.learn(policy)
    assert numbers
    assert learned != policy
    popular = shop.copy().run(3, strategy="popular")
    assert popular["strategy"] == "popular"
    assert popular["offers"] > 0


def test_comparisons_are_against_the_truth(simulated):
    shop, _, engine = simulated
    stages = []
    result = shop.compare(
        3,
        engine,
        [bk.Policy(name="cart")],
        progress=lambda stage, done, total: stages.append(stage),
    )
    trials = {trial["strategy"]: trial for trial in result["trials"]}
    assert trials["nothing"]["incremental"] == 0
    assert trials["oracle"]["share_of_oracle"] == 1
    assert trials["oracle"]["incremental"] > trials["cart"]["incremental"]
    assert "highest lift" in str(result)


def test_what_cannot_be(simulated):
    shop, _, engine = simulated
    with pytest.raises(bk.InvalidArgumentError, match="customers: expected 1 to"):
        Simulation(customers=0)
    with pytest.raises(bk.InvalidArgumentError, match=r'^customer: unknown key .*mean "customers"'):
        Simulation(customer=5)
    for wrong, text in [
        ({"customers": -1}, "^customers: expected a whole number of at least 0, got -1"),
        ({"visits_per_week": float("nan")}, "^visits_per_week: expected a number, got nan"),
        ({"seed": 1.5}, r"^seed: expected a whole number from 0 .*, got 1\.5"),
        ({"reaction": {"accept": "x"}}, r"^reaction\.accept: expected a number"),
    ]:
        with pytest.raises(bk.InvalidArgumentError, match=text):
            Simulation(**wrong)
    with pytest.raises(bk.InvalidArgumentError, match=r"reaction\.accept"):
        Simulation(reaction={"accept": 0.9})
    with pytest.raises(bk.InvalidArgumentError, match="weeks: expected 1 to"):
        shop.run(0)
    with pytest.raises(bk.InvalidArgumentError, match="strategy: expected one of"):
        shop.run(1, strategy="best")
    with pytest.raises(TypeError, match="both or neither"):
        shop.run(1, engine)
    with pytest.raises(TypeError, match="log"):
        shop.run(1, log=bk.DecisionLog())
    policy = bk.Policy()
    for wrong, text in [
        ((1, 5, policy), "^engine: expected an Engine, got int"),
        ((1, engine, 5), "^policy: expected a Policy, got int"),
    ]:
        with pytest.raises(TypeError, match=text):
            shop.run(*wrong)
    with pytest.raises(TypeError, match=r"^log: expected a DecisionLog, got list"):
        shop.run(1, engine, policy, log=[])
    with pytest.raises(TypeError, match=r"^strategy: expected a str, got int"):
        shop.run(1, strategy=3)
    with pytest.raises(TypeError, match=r"^policies: expected a list of Policy"):
        shop.compare(1, engine, policy)
    with pytest.raises(TypeError, match=r"^policies\[1\]: expected a Policy, got str"):
        shop.compare(1, engine, [policy, "cart"])
