"""The maps and the chain of the live page: they tell where the benefit went, with the numbers of the server."""

from __future__ import annotations

import itertools
import re

import pytest
from live_moves import seek, settled

from sim.live import chain

pytest_plugins = ("live_browser",)

AT = 90


def values(page, side):
    return page.locator(f"#side-{side} .tile .value").all_text_contents()


def shown(share, digits=1):
    return f"{100 * share:.{digits}f}"


def test_the_map_shows_what_is_lost_by_name_colour_and_value(room, served):
    page = room.open(f"#m={AT}")
    sides, places = served.run()["sides"], served.ask("api/declarations")["places"]
    for letter, side in zip("ab", sides, strict=True):
        lost = side["places"]["gap"][AT - 1]
        assert values(page, letter) == [shown(share) for share in lost]
        shades = page.locator(f"#side-{letter} .tile").evaluate_all(
            "(tiles) => tiles.map((t) => t.className.baseVal)"
        )
        assert [int(re.search(r"lost-(\d)", shade)[1]) for shade in shades] == [
            int(10 * share) for share in lost
        ]
        assert len(set(shades)) > 2
    assert page.locator("#side-a .tile .short").all_text_contents() == [place["short"] for place in places]
    first = page.locator("#side-a .tile").first
    assert (
        first.get_attribute("aria-label")
        == f"Aberdeen City: {shown(sides[0]['places']['gap'][AT - 1][0])} % lost"
    )
    seek(page, 12)
    assert set(values(page, "a")) == {"–"}


def test_short_names_are_short_and_unlike(served):
    names = [place["short"] for place in served.ask("api/declarations")["places"]]
    assert len(set(names)) == len(names) == 32
    assert max(map(len, names)) <= 8


def test_a_third_map_shows_the_difference_of_both_sides(room, served):
    page = room.open(f"#m={AT}&map=difference")
    a, b = (side["places"]["gap"][AT - 1] for side in served.run()["sides"])
    apart = [round(float(shown(x)) - float(shown(y)), 1) for x, y in zip(a, b, strict=True)]
    for letter, sign in (("a", 1), ("b", -1)):
        expected = ["=" if abs(d) < 0.5 else f"{sign * d:.1f}".replace("-", "−") for d in apart]
        assert values(page, letter) == expected
        coloured = page.locator(f"#side-{letter} .tile").evaluate_all(
            "(tiles) => tiles.map((t) => t.className.baseVal.includes('less-'))"
        )
        assert coloured == [sign * d <= -0.5 for d in apart]
    assert any(d > 0.5 for d in apart)
    assert page.locator("[data-map=difference]").is_visible()
    assert page.locator("[data-map=gap]").is_hidden()


def test_the_map_of_stages_shows_the_stage_of_most_changes_and_their_share(room, served):
    page = room.open(f"#m={AT}&map=stage")
    for letter, side in zip("ab", served.run()["sides"], strict=True):
        stages, most = (side["places"][name][AT - 1] for name in ("stage", "most"))
        assert values(page, letter) == [
            f"{'01234×'[k]} · {shown(m, 0)}" for k, m in zip(stages, most, strict=True)
        ]
    assert page.locator("[data-map=stage]").inner_text().split("\n")[:2] == ["0", "not begun"]


@pytest.mark.parametrize("wrong", ["map=colour", "see=everything"])
def test_a_map_that_there_is_not_is_said(room, wrong):
    page = room.open(f"#m={AT}&{wrong}")
    assert "must be" in page.locator("#notice").inner_text()
    assert "%" in page.locator("#gap-a").inner_text()


def test_what_is_chosen_between_and_on_the_maps_is_in_the_address(room):
    page = room.open(f"#m={AT}")
    page.locator("#which-change").select_option("difference")
    page.locator("#look-chain").click()
    settled(page)
    page.wait_for_function(
        "() => location.hash.includes('map=difference') && location.hash.includes('see=chain')"
    )
    other = room.open("#" + page.url.partition("#")[2])
    assert values(other, "b") == values(page, "b")
    assert other.locator(".chart.chain").is_visible()


def test_the_chain_holds_the_numbers_of_the_server_and_each_step_adds_up(room, served):
    page = room.open(f"#m={AT}&see=chain")
    page.locator(".figure-chain summary").click()
    sides = served.run()["sides"]
    for wanted in (AT, 24, 120):
        seek(page, wanted)
        settled(page)
        table = page.locator(".figure-chain tbody")
        rows = table.evaluate(
            "(t) => [...t.rows].map((r) => [...r.cells].map((c) => c.innerText.replace('−', '-')))"
        )
        assert len(rows) == len(chain.STEPS)
        for k, side in enumerate(sides):
            left, lost = ([float(row[c]) for row in rows] for c in (1 + 2 * k, 2 + 2 * k))
            assert left == pytest.approx(
                [100 * side["chain"][step][wanted - 1] for step in chain.STEPS], abs=0.051
            )
            assert [round(a - b, 1) for a, b in itertools.pairwise(left)] == lost[1:]
            assert sum(lost) == pytest.approx(left[0] - left[-1], abs=1e-6)
    # At the end what is lost is what the headline says.
    assert [f"{100 - float(rows[-1][c]):.1f} %" for c in (1, 3)] == [
        page.locator(f"#gap-{k}").inner_text() for k in "ab"
    ]
    said = page.locator("#finding-chain").inner_text()
    assert said.startswith(
        f"Of £100.0 due by now, £{rows[-1][1]} reached people in A and £{rows[-1][3]} in B"
    )


def test_the_bars_of_the_chain_grow_with_the_months(room):
    page = room.open("#m=24&see=chain")
    widths = "(bars) => bars.map((bar) => Number(bar.getAttribute('width')))"
    before = None
    for wanted in (24, 60, 120):
        seek(page, wanted)
        now = page.locator(".chart.chain rect:not(.gone)").evaluate_all(widths)
        assert before is None or all(a <= b for a, b in zip(before, now, strict=True))
        assert now != before
        before = now


def test_the_link_to_the_chain_opens_it(room):
    page = room.open(f"#m={AT}")
    assert page.locator(".chart.chain").is_hidden()
    page.locator("nav a[href='#chain']").click()
    assert page.locator(".chart.chain").is_visible()
