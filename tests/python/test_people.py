"""Who may be contacted and how often, and what is left to chance."""

from __future__ import annotations

import datetime as dt
import json
import math

import pytest

import basketry as bk

DAY = 86_400_000
NOW_MS = 1_795_341_600_000


def decide(shop, policy, **request):
    return shop.engine.decide(policy, **{"now": shop.now, "basket": {"p00": 1}, **request})


def test_contacts_in_any_form_of_time(shop):
    policy = bk.Policy(contact={"caps": [{"max": 2, "days": 7, "channel": "mail"}]})
    free = decide(shop, policy, channel="mail")
    assert len(free) > 0
    assert free.stopped is None
    product = free[0].products[0]
    when = dt.datetime(2026, 11, 21, 10, tzinfo=dt.timezone.utc)
    first = {"time": when, "channel": "mail", "products": [product], "outcome": "rejected"}
    once = decide(shop, policy, channel="mail", contacts=[first])
    assert once.why_not(product).reason == "rejected"
    second = {"time": "2026-11-20T10:00:00Z", "channel": "mail", "kind": "up_sell"}
    twice = decide(shop, policy, channel="mail", contacts=[first, second])
    assert (len(twice), twice.stopped) == (0, "contact_cap")
    assert len(decide(shop, policy, channel="mail", contacts=[first, second], ride_along=True)) > 0
    assert len(decide(shop, policy, channel="site", contacts=[first, second])) > 0
    logged = twice.to_dict()
    assert logged["contacts"][0]["time"] == NOW_MS - DAY
    request = {key: logged[key] for key in ("basket", "channel", "contacts", "segments")}
    again = shop.engine.decide_json(policy, json.dumps({"now": logged["now_ms"], **request}))
    assert again.to_json() == twice.to_json()


@pytest.mark.parametrize(
    ("contacts", "error", "text"),
    [
        ("yesterday", TypeError, "contacts: expected a list of dicts"),
        ([("a", 1)], TypeError, r"contacts\[0\]: expected a dict"),
        ([{}], bk.PolicyError, r"contacts\[0\].time: missing"),
        ([{"time": 0, "outcome": "lost"}], bk.PolicyError, r"contacts\[0\].outcome"),
        ([{"time": 0, "kind": "gift"}], bk.PolicyError, r"contacts\[0\].kind"),
        ([{"time": 0, "when": 1}], bk.PolicyError, r"contacts\[0\].when: unknown key"),
        ([{"time": NOW_MS + 1}], bk.PolicyError, r"contacts\[0\].time: expected a time not after"),
        ([{"time": 1.5}], TypeError, r"contacts\[0\].time: expected a datetime"),
        ([{"time": 0, "products": "p00"}], TypeError, r"contacts\[0\].products"),
    ],
)
def test_contacts_that_cannot_be(shop, contacts, error, text):
    with pytest.raises(error, match=text):
        decide(shop, bk.Policy(), contacts=contacts)


def test_segments_consents_and_holdout(shop):
    policy = bk.Policy(segments={"only": ["vip"]}, contact={"consent": ["profile"]})
    assert decide(shop, policy).stopped == "other_segment"
    assert decide(shop, policy, segments=["vip"]).stopped == "no_consent"
    assert len(decide(shop, policy, segments=["vip"], consents=["profile"])) > 0
    with pytest.raises(TypeError, match="segments: expected a list of str"):
        decide(shop, policy, segments="vip")
    held = decide(shop, bk.Policy(holdout=1), customer="c7")
    assert (held.held_out, len(held), held.value, held.stopped) == (True, 0, 0.0, "held_out")
    assert held.withheld[0].value > 0
    assert held.to_dict()["withheld"][0]["value"] > 0


def test_a_drawn_slot_a_pin_and_a_quota(shop):
    policy = bk.Policy(
        max_offers=3,
        fallback=[],
        explore={"share": 0.5, "temperature": 1.0},
        quotas=[{"name": "one", "select": {"products": ["p05"]}}],
        pinned=[{"product": "p39", "slot": 2, "until": "2027-01-01T00:00:00Z"}],
    )
    decision = decide(shop, policy, seed=3)
    assert decision[1].products == ("p39",)
    assert decision[1].pinned
    explored = decision.explored
    assert math.isclose(sum(choice["probability"] for choice in explored["choices"]), 1)
    drawn = decision[explored["slot"] - 1]
    chances = {(*choice["products"],): choice["probability"] for choice in explored["choices"]}
    assert chances[drawn.products] == drawn.chosen_with
    (quota,) = decision.quotas
    assert (quota["name"], quota["min"]) == ("one", 1)
    assert decide(shop, bk.Policy()).explored is None
    assert decide(shop, bk.Policy()).quotas == []


def test_only_and_exclude_by_attribute(shop):
    with pytest.raises(bk.PolicyError, match=r"only.attributes.colour: the catalogue has no"):
        decide(shop, bk.Policy(only={"attributes": {"colour": ["red"]}}))
    some = decide(shop, bk.Policy(only={"products": ["p01", "p02"]}, max_offers=40))
    assert {offer.products[0] for offer in some} <= {"p01", "p02"}


def test_the_risk_of_a_contact(shop):
    policy = bk.Policy(fatigue={"opt_out": 0.01})
    free = decide(shop, policy, customer_value=0)
    assert free.contact_risk == 0
    risky = decide(shop, policy, customer_value=1e9)
    assert math.isclose(risky.contact_risk, 1e7)
    assert len(risky) == 0
    assert risky.why_not(free[0].products[0]).reason == "contact_not_worth"


def test_offers_end(shop):
    decision = decide(shop, bk.Policy(contact={"valid_for_days": 1.5}))
    assert decision[0].valid_until == NOW_MS + DAY * 3 // 2
    assert decide(shop, bk.Policy())[0].valid_until is None
