"""Measures, significance and redundancy of rules, against exact fractions."""

import math
import random
from fractions import Fraction
from itertools import combinations

import pytest

import basketry as bk

FIXED = ["antecedent", "consequent", "count", "antecedent_count", "consequent_count"]
MLXTEND = [
    "antecedent_support",
    "consequent_support",
    "support",
    "confidence",
    "lift",
    "representativity",
    "leverage",
    "conviction",
    "zhangs_metric",
    "jaccard",
    "certainty",
    "kulczynski",
]


@pytest.fixture(scope="module")
def lists():
    draw = random.Random(5)
    return [
        [item for item in range(7) if draw.random() < (0.7 if basket % 3 else 0.3)]
        for basket in range(120)
    ]


@pytest.fixture(scope="module")
def rules(lists):
    return bk.rules(bk.Baskets.from_lists(lists), 0.2, min_support=5)


def fisher(rule, n):
    """P(at least so many) as an exact fraction."""
    n_x, n_y = rule.antecedent_count, rule.consequent_count
    ways = sum(
        math.comb(n_x, k) * math.comb(n - n_x, n_y - k)
        for k in range(rule.count, min(n_x, n_y) + 1)
        if n_y - k <= n - n_x
    )
    return float(Fraction(ways, math.comb(n, n_y)))


def key(rule):
    return rule.antecedent, rule.consequent


def test_columns_are_chosen(rules):
    assert rules.measures == MLXTEND
    assert list(rules.to_dict()) == FIXED + MLXTEND
    chosen = rules.with_measures(["lift", "phi", "hyperLift", "coverage"])
    names = ["lift", "phi", "hyper_lift", "antecedent_support"]
    assert chosen.measures == chosen.sort("phi")[:3].measures == names
    assert list(chosen.to_dict()) == FIXED + names
    assert "phi" in str(chosen)
    assert "lift" in chosen._repr_html_()
    everything = rules.to_dict("all")
    assert len(everything) == len(FIXED) + 53
    assert everything["n11"] == everything["count"] == rules.values("n11")
    assert list(rules.to_dict([])) == FIXED
    for rule, value in zip(rules[:20], rules.values("odds_ratio"), strict=False):
        assert rule.value("oddsRatio") == value


def test_frames_have_the_columns(rules):
    pandas = pytest.importorskip("pandas")
    frame = rules.to_pandas(measures=["lift", "gini"])
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == [*FIXED, "lift", "gini"]
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(rules.with_measures(["yule_q"]))
    assert table.column_names == [*FIXED, "yule_q"]
    polars = pytest.importorskip("polars")
    assert isinstance(rules.to_polars("all"), polars.DataFrame)


def test_bad_names(rules):
    with pytest.raises(bk.InvalidArgumentError, match=r"lfit.*yule_y"):
        rules.with_measures(["lift", "lfit"])
    with pytest.raises(
        bk.InvalidArgumentError, match='measures: expected a list of names or "all"'
    ):
        rules.to_dict("lift")
    with pytest.raises(bk.InvalidArgumentError, match="lift comes up twice"):
        rules.to_dict(["lift", "interest"])
    with pytest.raises(TypeError):
        rules.with_measures([1])
    with pytest.raises(bk.InvalidArgumentError, match=r"correction: .hol. is not one of"):
        rules.p_values("hol")
    with pytest.raises(bk.InvalidArgumentError, match="tests: 1, expected at least"):
        rules.p_values(tests=1)
    with pytest.raises(bk.InvalidArgumentError, match="alpha: 2"):
        rules.significant(2.0)
    with pytest.raises(bk.InvalidArgumentError, match="min_improvement: -1"):
        rules.non_redundant(-1.0)


def test_p_values_and_corrections(rules, lists):
    exact = [fisher(rule, len(lists)) for rule in rules]
    plain = rules.p_values("none")
    assert plain == rules.values("fishers_exact_test")
    assert plain == pytest.approx(exact, rel=1e-12)
    n = len(plain)
    order = sorted(range(n), key=plain.__getitem__)
    holm, fdr = [0.0] * n, [0.0] * n
    largest, least = 0.0, 1.0
    for rank, row in enumerate(order):
        largest = holm[row] = max(largest, min(1.0, plain[row] * (n - rank)))
    for rank, row in reversed(list(enumerate(order))):
        least = fdr[row] = min(least, plain[row] * n / (rank + 1))
    assert rules.p_values() == pytest.approx(holm, rel=1e-12)
    assert rules.p_values("benjamini_hochberg") == pytest.approx(fdr, rel=1e-12)
    more = rules.p_values("bonferroni", tests=10 * n)
    assert more == pytest.approx([min(1.0, p * 10 * n) for p in plain], rel=1e-12)
    kept = rules.significant(0.05)
    assert [key(r) for r in kept] == [key(r) for r, p in zip(rules, holm, strict=True) if p <= 0.05]
    assert len(rules.significant(0.05, "none")) >= len(rules.significant(0.05, "bh")) >= len(kept)


def test_redundant_and_productive(rules, lists):
    sets = [set(basket) for basket in lists]

    def confidence(x, y):
        held = [basket for basket in sets if x <= basket]
        return Fraction(sum(y <= basket for basket in held), len(held))

    def best(rule, shortest):
        x, y = set(rule.antecedent), set(rule.consequent)
        return max(
            (
                confidence(set(z), y)
                for size in range(shortest, len(x))
                for z in combinations(sorted(x), size)
            ),
            default=Fraction(0),
        )

    def own(rule):
        return Fraction(rule.count, rule.antecedent_count)

    some = rules[::7]
    for rule, improvement, boost in zip(
        some, some.values("improvement"), some.values("boost"), strict=True
    ):
        assert improvement == pytest.approx(float(own(rule) - best(rule, 0)), abs=1e-14)
        assert boost == pytest.approx(float(own(rule) / best(rule, 0)), rel=1e-13)
    kept = [key(r) for r in some if own(r) > best(r, 0)]
    assert 0 < len(kept) < len(some)
    assert [key(r) for r in some.non_redundant()] == kept
    assert [key(r) for r in some.productive()] == kept
    assert [key(r) for r in some.non_redundant(empty_antecedent=False)] == [
        key(r) for r in some if own(r) > best(r, 1)
    ]
    assert {key(r) for r in some.productive(0.2, "none")} <= set(kept)
    assert len(some.productive(0.0)) == 0


def test_sorting_either_way(rules):
    down = rules.sort("p_value").values("p_value")
    assert down == sorted(down, reverse=True)
    up = rules.sort("p_value", ascending=True).values("p_value")
    assert up == sorted(up)
    assert len(rules.filter(hyper_confidence=0.95)) == sum(
        value >= 0.95 for value in rules.values("hyper_confidence")
    )


def test_what_lacks_subsets_says_so(lists):
    closed = bk.itemsets(bk.Baskets.from_lists(lists), 5, kind="closed")
    made = bk.rules(closed, 0.2)
    with pytest.raises(bk.InvalidArgumentError, match=r"^improvement: .* kind left out"):
        made.values("improvement")
    assert all(map(math.isnan, made.to_dict("all")["improvement"]))
    with pytest.raises(bk.InvalidArgumentError, match="kind: it left out subsets"):
        made.non_redundant()
