"""The first screen of the live page explains itself, states nothing impossible, and says the same thing everywhere."""

from __future__ import annotations

import re

import pytest
from live_moves import TWIN, seek, settled

pytest_plugins = ("live_browser",)

TOO_EARLY = ("#a=hierarchy&b=distributed&r=1&m=20", "#r=2&m=20", "#a=devolved&r=2&m=40")
LINES = """(svg) => [...svg.querySelectorAll('path.line, path.thin, path.faint, path.ghost')].filter((p) => p.getAttribute('d'))
  .map((p) => { const b = p.getBBox(); return [b.y, b.y + b.height] })"""
"""Top and bottom of every line of a chart, in its own units."""


def points(share):
    return f"{100 * share:.1f}".replace("-", "−")


def test_the_title_and_one_line_say_what_is_simulated_and_what_the_number_means(room, served):
    page = room.open()
    sides = served.run()["sides"]
    assert page.locator("h1").inner_text() == "How much of what is announced arrives?"
    about = page.locator("#about").inner_text()
    assert f"32 Scottish councils, 10 years, {len(sides[0]['stream'])} announced changes." in about
    assert "of every £100 of benefit intended so far, the pounds that reached nobody" in about
    assert (
        page.locator("#sentence")
        .inner_text()
        .startswith("The same councils, people, money and announced changes")
    )
    for letter, side in zip("ab", sides, strict=True):
        assert page.locator(f"#side-{letter} .side-question").inner_text() == side["question"]
    page.locator("#scenario-b").select_option("capacity_first")
    settled(page)
    page.wait_for_function(
        "() => !document.getElementById('sentence').textContent.includes('The same councils')"
    )
    assert "staff hours (authorities) (0.05 in A, 0.065 in B)" in page.locator("#sentence").inner_text()


def test_years_stand_beside_months(room):
    page = room.open("#m=61")
    assert page.locator(".clock").inner_text() == "Month 61 of 120 · 5 years 1 month"
    assert {"24", "2 years", "120", "10 years", "months"} <= set(
        page.locator(".gap-chart .axes .tick").all_text_contents()
    )


@pytest.mark.parametrize("fragment", TOO_EARLY)
def test_no_loss_is_stated_before_enough_is_due(room, fragment):
    page = room.open(fragment)
    assert page.locator("#gap-a").inner_text() == page.locator("#gap-b").inner_text() == "–"
    assert "too little to say" in page.locator("#sentence").inner_text()
    assert "stated once 5 % is due" in page.locator("#finding-gap").inner_text()
    assert page.locator("#side-a .said").get_attribute("visibility") == "hidden"
    page.locator(".figure-gap summary").click()
    rows = page.locator(".figure-gap tbody").evaluate(
        "(t) => [...t.rows].map((r) => [...r.cells].map((c) => c.innerText))"
    )
    early = rows[int(fragment.rpartition("=")[2]) - 1]
    assert early[1:] == ["unknown"] * 4
    assert "unknown" not in rows[-1]


def test_a_difference_is_that_of_the_numbers_shown_in_the_sentence_and_on_the_chart(room):
    page = room.open("#a=hierarchy&b=fail_fast&m=120")
    seen = set()
    for wanted in range(40, 121, 4):
        seek(page, wanted)
        a, b = (float(page.locator(f"#gap-{k}").inner_text().removesuffix(" %")) for k in "ab")
        finding, sentence = page.locator("#finding-gap").inner_text(), page.locator("#sentence").inner_text()
        apart = f"{abs(a - b):.1f}"
        same = float(apart) < 0.5
        seen.add(same)
        assert f"{apart} points" in finding
        assert ("the same" in finding, "lose the same" in sentence) == (same, same)
        if not same:
            assert f"loses {apart} points less" in sentence
            assert finding.startswith("A" if a < b else "B")
    assert seen == {True, False}


def test_a_vote_for_the_same_is_right_by_the_rule_of_the_sentence(room):
    for a, b, same in (("hierarchy", "hierarchy", True), ("hierarchy", "fear_of_failure", False)):
        page = room.open(f"#a={a}&b={b}&m=120&votes=1.2.3")
        apart = abs(
            float.__sub__(*(float(page.locator(f"#gap-{k}").inner_text().removesuffix(" %")) for k in "ab"))
        )
        assert (apart < 0.5) == same
        assert apart < 2
        said = page.locator(".result").inner_text()
        assert ("within 0.5 points of each other" in said) == same
        assert f"({apart:.1f} points apart)" in said


def test_every_line_stays_inside_its_axes(room):
    page = room.open("#a=devolved&b=capacity_first&r=2&m=120&votes=1.0.0")
    page.locator("#reported").check()
    page.locator(".do-spread").click()
    page.wait_for_selector(".chart.spread")
    for chart in ("gap-chart", "predict", "spread"):
        svg = page.locator(f"svg.{chart}")
        grid = svg.locator("line.grid").evaluate_all(
            "(lines) => lines.map((l) => Number(l.getAttribute('y1')))"
        )
        for top, bottom in svg.evaluate(LINES):
            assert min(grid) - 1 <= top <= bottom <= max(grid) + 1, chart
    lowest = page.locator(".gap-chart .axes .tick").first.text_content()
    assert lowest.startswith("−"), "the reports of this view go below nothing lost, and the axis with them"


def test_futures_count_a_side_as_ahead_only_where_the_difference_matters(room, served):
    page = room.open("#b=hierarchy&m=120&b.mechanisms.blame=0.45")
    page.locator(".do-spread").click()
    page.wait_for_selector(".chart.spread")
    sides = [{"scenario": "hierarchy"}, {"scenario": "hierarchy", "set": {"mechanisms.blame": 0.45}}]
    received = served.ask("api/spread", {"sides": sides, "futures": 20})
    ends = [[round(100 * line[-1], 1) for line in side["gap"]] for side in received["sides"]]
    apart = [round(a - b, 1) for a, b in zip(*ends, strict=True)]
    a, b, same = (
        sum(map(rule, apart)) for rule in (lambda d: d <= -0.5, lambda d: d >= 0.5, lambda d: abs(d) < 0.5)
    )
    assert same > 0
    said = page.locator(".figure-spread h3").inner_text()
    assert f"in {same} both lose the same" in said
    assert {int(n) for n in re.findall(r"\d+", said)} == {a, b, same, 20} | {max(a, b), min(a, b)}


@pytest.mark.parametrize("width", [1024, 1366])
def test_both_maps_stand_level(room, width):
    page = room.open("#m=61", viewport={"width": width, "height": 768})
    tops = [page.locator(f"#side-{k} .tiles-place").bounding_box()["y"] for k in "ab"]
    assert tops[0] == tops[1]


def test_the_server_and_the_page_hold_one_rule(served):
    declared = served.ask("api/declarations")
    assert (declared["meaningful"], declared["due"]) == (0.005, 0.05)
    assert served.run(TWIN)["sides"][0]["stated"] > 12
