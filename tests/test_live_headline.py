"""What a view says in one sentence: how its sides really differ, no impossible number, one rule for "the same"."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sim.analysis.comparison import MEANINGFUL
from sim.live import headline, responses, views

LONG_AGO = 1
"""A month from which the gap is stated: the first."""
ODD_FUTURES = (
    ("hierarchy", "distributed", 1),
    ("hierarchy", "distributed", 2),
    ("devolved", "capacity_first", 2),
)
"""Views in which, early on, much benefit arrives before much is due."""
BETTER = re.compile(r"loses ([\d.]+) points less .*: (−?[\d.]+) % against (−?[\d.]+) %")
SAME = re.compile(r"lose the same .*? (−?[\d.]+) % of the intended benefit, .*? (−?[\d.]+) %")


@pytest.fixture(scope="module")
def known():
    return views.available()


def ran(known, *sides, **more):
    return responses.run(views.read({"sides": list(sides), **more}, known))


def twin(known, a, b, replication):
    return ran(known, {"scenario": a}, {"scenario": b}, replication=replication)


def side(title, gap, stated=LONG_AGO):
    series = {"gap": [gap], "nominal_gap": [gap], "month": [1]}
    return {"title": title, "changed": None, "months": 1, "stated": stated, "series": series}


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ((0.7, 0.6), "B loses 10.0 points less of the intended benefit than A: 60.0 % against 70.0 %"),
        ((0.6, 0.7), "A loses 10.0 points less of the intended benefit than B: 60.0 % against 70.0 %"),
        (
            (0.6, 0.6),
            "both lose the same to within 0.5 points: A loses 60.0 % of the intended benefit, B 60.0 %",
        ),
        ((0.6, 0.604), "both lose the same to within 0.5 points"),
        ((0.6, 0.605), "A loses 0.5 points less"),
        ((0.78452, 0.85949), "A loses 7.4 points less of the intended benefit than B: 78.5 % against 85.9 %"),
        ((None, 0.6), "too little to say"),
    ],
)
def test_a_sentence_can_say_either_side_the_same_or_not_known(gaps, said):
    sides = [side(title, gap) for title, gap in zip("AB", gaps, strict=True)]
    assert said in headline.of_months(sides)[0]
    sides[1]["title"] = "A"
    assert ("A (A)" in headline.of_months(sides)[0]) == (gaps[0] is not None)


def test_one_side_that_reports_more_than_was_due_is_said_to():
    alone = side("A", 0.4)
    assert "reports show 40.0 % lost" in headline.of_one(alone, 0)
    alone["series"]["nominal_gap"] = [-0.22]
    assert "reports show more than was due" in headline.of_one(alone, 0)


def test_halves_are_rounded_as_on_the_page():
    assert headline.percent(0.8225) == "82.3 %"
    assert headline.percent(-0.0004) == "0.0 %"
    assert headline.percent(-0.05) == "−5.0 %"


def test_the_loss_is_stated_from_the_month_in_which_enough_is_due():
    assert headline.DUE == 0.05
    assert headline.stated_from(np.array([0.0, 4.0, 0.9, 0.1, 95.0])) == 4
    assert headline.stated_from(np.array([100.0])) == 1
    assert headline.stated_from(np.zeros(3)) == 4


@pytest.mark.parametrize(("a", "b", "replication"), ODD_FUTURES)
def test_no_headline_is_impossible_and_each_difference_is_that_of_the_numbers_shown(known, a, b, replication):
    answer = twin(known, a, b, replication)
    stated = max(each["stated"] for each in answer["sides"])
    unstated = [
        gap
        for each in answer["sides"]
        for gap in each["series"]["gap"][: each["stated"] - 1]
        if gap is not None
    ]
    assert min(unstated) < 0, "the early months of this view are not odd"
    for month, sentence in enumerate(answer["sentences"], start=1):
        if month < stated:
            assert "too little to say" in sentence
            continue
        better, same = BETTER.search(sentence), SAME.search(sentence)
        numbers = [float(n.replace("−", "-")) for n in (better or same).groups()]
        less, more = numbers[-2:]
        assert 0 <= min(less, more) <= max(less, more) <= 100
        assert (abs(round(more - less, 1)) < 100 * MEANINGFUL) == (same is not None)
        if better:
            assert numbers[0] == round(more - less, 1) > 0


def test_years_stand_beside_months(known):
    said = twin(known, "hierarchy", "distributed", 0)["sentences"]
    for month, words in ((7, "month 7 "), (36, "month 36 (3 years)"), (61, "month 61 (5 years 1 month)")):
        assert f"After {words}" in said[month - 1]


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        (
            {"scenario": "hierarchy"},
            {"scenario": "distributed"},
            "money and announced changes on both sides: only who decides",
        ),
        ({"scenario": "hierarchy"}, {"scenario": "hierarchy"}, "Both sides have the same settings"),
        (
            {"scenario": "hierarchy"},
            {"scenario": "capacity_first"},
            "who decides, staff hours (authorities) (0.05 in A, 0.065 in B)",
        ),
        (
            {"scenario": "distributed", "set": {"design.hours": 0.5}},
            {"scenario": "distributed"},
            "what differs is hours (design) (0.5 in A,",
        ),
        (
            {"scenario": "hierarchy"},
            {"scenario": "hierarchy", "moves": [{"month": 36, "key": "work.load", "value": 2.0}]},
            "what differs is load (work) from month 36 in B.",
        ),
        (
            {"scenario": "hierarchy"},
            {"scenario": "hierarchy", "moves": [{"month": 36, "key": "power.distribution", "value": 1.0}]},
            "what differs is who decides from month 36 in B.",
        ),
        (
            {"scenario": "hierarchy"},
            {"scenario": "hierarchy", "set": {"mechanisms": "none"}},
            "other settings.",
        ),
    ],
)
def test_the_opening_names_what_really_differs(known, a, b, said):
    opening = ran(known, a, b)["opening"]
    assert said in opening
    same_people = "The same councils, people, money" in opening
    assert same_people == (said.startswith("money")), opening


def test_a_side_that_was_changed_is_called_so_from_the_month_of_the_change(known):
    plain = {"scenario": "hierarchy"}
    moved = {"scenario": "distributed", "moves": [{"month": 60, "key": "work.load", "value": 3.0}]}
    said = ran(known, plain, moved)["sentences"]
    assert ["(changed)" in sentence for sentence in said] == [month >= 60 for month in range(120)]
    held = {"scenario": "distributed", "set": {"work.load": 3.0}}
    answer = ran(known, plain, held)
    assert "Distributed power (changed)" in answer["sentence"]
    assert "Hierarchy (changed)" not in answer["sentence"]


def test_each_future_says_from_when_its_loss_is_stated(known):
    view = views.read({"sides": [{"scenario": "hierarchy"}]}, known)
    found = responses.spread(view, 3)["sides"][0]["stated"]
    alone = [ran(known, {"scenario": "hierarchy"}, replication=k)["sides"][0]["stated"] for k in range(3)]
    assert found == alone
    assert len(set(found)) > 1
