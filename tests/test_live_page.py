"""The live page in a real browser: it plays what the server sends, and what it shows is what the server said."""

from __future__ import annotations

import csv
import re
from urllib.parse import urlparse

import pytest
from live_moves import TWIN, month, move, seek, settled, until

pytest_plugins = ("live_browser",)


def percent(share):
    return f"{100 * share:.1f} %".replace("-", "−")


def gaps(page):
    return page.locator("#gap-a").inner_text(), page.locator("#gap-b").inner_text()


def cells(table):
    """The texts of a table's cells, row by row."""
    return table.evaluate("(t) => [...t.rows].map((row) => [...row.cells].map((cell) => cell.innerText))")


def twin(page):
    """Both maps with their thermometers, as mark-up."""
    return [
        page.locator(f"#side-{k} {part}").inner_html()
        for k in "ab"
        for part in (".tiles-place", ".thermometer-place")
    ]


def test_it_asks_for_nothing_beyond_its_own_server(room, served):
    page = room.open()
    page.locator(".do-spread").click()
    page.wait_for_selector(".chart.spread")
    assert room.asked
    assert {urlparse(url).netloc for url in room.asked if not url.startswith(("data:", "blob:"))} == {
        urlparse(served.address).netloc
    }


def test_numbers_are_those_of_the_server_and_of_the_csv(room, served):
    page = room.open("#m=1")
    answer = served.run()
    rows = list(csv.DictReader(served.ask("api/download", {"view": TWIN, "kind": "csv"}).splitlines()))
    first, second = ([row for row in rows if row["side"] == letter] for letter in "ab")
    for wanted in (1, 24, 61, 120):
        seek(page, wanted)
        received = [side["series"]["gap"][wanted - 1] for side in answer["sides"]]
        assert received == [
            float(r[wanted - 1]["gap"]) if r[wanted - 1]["gap"] else None for r in (first, second)
        ]
        stated = [wanted >= side["stated"] for side in answer["sides"]]
        shown = [percent(share) if known else "–" for share, known in zip(received, stated, strict=True)]
        assert list(gaps(page)) == shown
        assert page.locator("#sentence").inner_text() == answer["sentences"][wanted - 1]


def test_the_table_under_every_chart_holds_the_same_numbers(room, served):
    page = room.open("#m=120")
    sides = served.run()["sides"]
    tables = {}
    for name in ("gap", "losses", "stages", "people"):
        page.locator(f".figure-{name} summary").click()
        tables[name] = cells(page.locator(f".figure-{name} tbody"))
    last = [side["series"] for side in sides]
    assert tables["gap"][-1] == ["120", *(percent(s[c][-1]) for s in last for c in ("gap", "nominal_gap"))]
    assert tables["gap"][59][1] == percent(last[0]["gap"][59])
    assert tables["stages"][-1][5] == f"{100 * last[0]['stage.shift'][-1]:.0f} %"
    assert tables["people"][-1][2] == f"{last[0]['will.authorities'][-1]:.2f}"
    lost = {row[0]: row[1:] for row in tables["losses"]}
    assert lost["low uptake"] == [f"{100 * s['loss.not_taken_up'][-1]:.2f}" for s in last]
    assert lost["Sum"] == [f"{100 * s['gap'][-1]:.2f}" for s in last]


def test_the_table_under_the_maps_holds_every_council(room, served):
    page = room.open("#m=60")
    sides = served.run()["sides"]
    page.locator(".all-councils summary").click()
    rows = cells(page.locator(".all-councils tbody"))
    names = [place["name"] for place in served.ask("api/declarations")["places"]]
    assert [row[0] for row in rows] == names
    for k in (0, 14, 31):
        shown = [
            f"{side['places'][column][59][k]:.2f}"
            for side in sides
            for column in ("will", "ability", "capacity")
        ]
        assert [*rows[k][3:6], *rows[k][8:11]] == shown
        assert rows[k][2] == percent(sides[0]["places"]["gap"][59][k])
    seek(page, 61)
    settled(page)
    assert cells(page.locator(".all-councils tbody")) != rows


def test_the_maps_can_show_one_change(room, served):
    """Each tile then has the stage of that change in its council, and councils differ in it."""
    page = room.open("#m=61")
    answer = served.run()
    page.locator("#which-change").select_option("3")
    letters = {"0": "0", "1": "1", "2": "2", "3": "3", "4": "4", "5": "×"}
    for wanted in (61, 110):
        seek(page, wanted)
        for letter, side in zip("ab", answer["sides"], strict=True):
            one, count = side["stream"][2], len(side["users"])
            now = one["stages"][(wanted - 1 - one["first"]) * count :][:count]
            shown = page.locator(f"#side-{letter} .tile .value").all_text_contents()
            assert shown == [letters[digit] for digit in now]
    assert len(set(shown)) > 1
    page.locator("#which-change").select_option("gap")
    assert page.locator("#side-b .tile .value").all_text_contents() != shown


def test_every_chart_says_how_it_was_made(room, served):
    page = room.open("#m=60")
    page.locator(".do-spread").click()
    page.wait_for_selector(".chart.spread")
    version = served.ask("api/declarations")["version"]
    made = page.locator("figure .made").all_inner_texts()
    assert len(made) == 8
    for words in made:
        assert re.match(r"(1 run|20 runs) a side · seed 2026", words)
        assert words.endswith(f"gapsim {version}")


def test_months_before_a_move_stay_as_they_were_to_the_byte(room, served):
    page = room.open("#m=60")
    before = {}
    for wanted in (12, 37, 59, 60, 61, 100):
        seek(page, wanted)
        before[wanted] = twin(page)
    seek(page, 60)
    move(page, "mechanisms.reactance", 1.0)
    assert "a@60.mechanisms.reactance=1" in page.url
    for wanted in (12, 37, 59, 60):
        seek(page, wanted)
        assert twin(page) == before[wanted]
    seek(page, 100)
    assert twin(page) != before[100]


def test_undo_redo_reset_and_the_ghost_of_the_line_before(room):
    page = room.open("#m=120")
    first = gaps(page)
    assert page.locator("path.ghost").count() == 0
    move(page, "work.load", 4)
    changed = gaps(page)
    assert changed != first
    assert page.locator("path.ghost").count() == 2
    assert "load (work): 1 → 4 from the start" in page.locator(".differences").inner_text()
    for button, expected in (("undo", first), ("redo", changed), ("reset", first)):
        with page.expect_response("**/api/run"):
            page.locator(f".do-{button}").click()
        settled(page)
        assert gaps(page) == expected
    assert "Nothing was changed by hand." in page.locator(".differences").inner_text()


def test_the_last_change_can_be_replayed(room):
    page = room.open("#m=40")
    move(page, "work.load", 3)
    page.locator(".do-replay").click()
    page.wait_for_selector(".play.playing")
    assert 37 < month(page) < 60


def test_two_browsers_do_not_see_each_others_run(room):
    mine, yours = room.open("#m=120"), room.open("#m=120")
    before = gaps(yours)
    move(mine, "work.load", 5)
    seek(yours, 119)
    seek(yours, 120)
    assert gaps(yours) == before != gaps(mine)
    yours.reload()
    yours.wait_for_selector("body.ready")
    settled(yours)
    # The address follows the clock a moment later, so the page may open at the month before.
    seek(yours, 120)
    assert gaps(yours) == before


def test_all_that_is_seen_is_in_the_address(room):
    page = room.open(
        "#a=tight_loose_tight&b=citizen_led&m=48&place=S12000049&guess=100.95.90.85.80.75.70.65.60.55.50&votes=3.0.9&change=7"
    )
    page.locator("#which-both").check()
    move(page, "work.load", 2)
    with page.expect_response("**/api/run"):
        page.locator(".do-another").click()
    settled(page)
    address = page.url
    for part in (
        "a@48.work.load=2",
        "b@48.work.load=2",
        "r=1",
        "m=48",
        "place=S12000049",
        "votes=3.0.9",
        "change=7",
    ):
        assert part in address
    other = room.open("#" + address.partition("#")[2])
    assert gaps(other) == gaps(page)
    assert twin(other) == twin(page)
    assert other.locator("#council h3").inner_text() == "Glasgow City"
    assert other.locator(".counter output").all_inner_texts() == ["3", "0", "9"]
    settled(other)
    assert other.url == address


WRONG = {
    "#b.work.lod=3": "did you mean work.load?",
    "#b.work.load=99": "B: work.load = 99: must be a number from 0.0 to 10.0",
    "#a.power.agenda=centre:0.5,authorities:0.1,third_sector:0,users:0": "must sum to 1",
    "#m=999": "m = 999: must be a month of the run",
    "#place=Atlantis": "there is no council of that code or name",
    "#change=99": "there is no change of that number in the run",
    "#colour=red": "is not a part of an address",
    "#seed=99999999999999999999": "seed",
}


def test_a_wrong_address_is_named_and_the_page_is_not_blank(room):
    room.expected = ("400 (Bad Request)",)
    page = room.open("#a=hierachy")
    assert "did you mean hierarchy?" in page.locator("#notice").inner_text()
    assert page.locator(".tile").count() == 64
    seek(page, 120)
    assert all("%" in gap for gap in gaps(page))


def test_an_address_that_becomes_wrong_is_named_too(room, served):
    room.expected = ("400 (Bad Request)",)
    page = room.open()
    for fragment, named in WRONG.items():
        page.goto(served.address + fragment)
        page.locator("#notice", has_text=named).wait_for()
        settled(page)
        assert page.locator(".tile").count() == 64
    page.goto(served.address + "#m=120")
    until(page, 120)
    settled(page)
    assert page.locator("#notice").inner_text() == ""
    assert all("%" in gap for gap in gaps(page))


def test_a_refused_move_keeps_the_last_view(room):
    room.expected = ("400 (Bad Request)",)
    page = room.open("#m=120")
    before = gaps(page)
    move(page, "work.load", 99)
    assert "work.load = 99" in page.locator("#notice").inner_text()
    assert gaps(page) == before
    assert page.locator("#lever-work-load").input_value() == "1"
    beside = page.locator(".lever[data-key='work.load'] .wrong").inner_text()
    assert beside.startswith("99 must be a number from 0.0 to 10.0")
    assert page.locator(".do-undo").is_disabled()


def test_a_right_that_moves_takes_from_the_others_of_its_row(room):
    page = room.open("#m=120")
    cells = page.locator("table.rights").first.locator("tbody tr").first.locator("input")
    page.locator("#which-b").check()
    with page.expect_response("**/api/run"):
        cells.nth(0).fill("55")
        cells.nth(0).press("Tab")
    settled(page)
    shares = [float(cells.nth(k).input_value()) for k in range(4)]
    assert shares[0] == 55
    assert sum(shares) == pytest.approx(100, abs=1e-9)
    assert shares[1:] == pytest.approx([20, 10, 15])
    assert "b.power.agenda=centre:0.55" in page.url
    assert "a.power" not in page.url


def test_a_structural_lever_restarts_and_a_live_one_does_not(room):
    page = room.open("#m=60")
    page.locator("#when-now").check()
    page.locator("#which-b").check()
    move(page, "mechanisms.pace", 0.9)
    move(page, "changes.spillover", 0.8)
    assert "b@60.mechanisms.pace=0.9" in page.url
    assert "b.changes.spillover=0.8" in page.url


def test_a_mechanism_is_a_switch_with_a_strength(room):
    page = room.open("#m=120")
    page.locator("details.expert > summary").click()
    page.locator("details[data-group=mechanisms] > summary").click()
    switch = page.locator("[data-key='mechanisms.uptake'] [role=switch]")
    assert switch.is_checked()
    with page.expect_response("**/api/run"):
        switch.click()
    settled(page)
    assert page.locator("#lever-mechanisms-uptake").input_value() == "0"
    assert "a.mechanisms.uptake=0" in page.url


def test_sides_can_be_swapped_and_chosen(room):
    page = room.open("#m=120")
    first, second = gaps(page)
    with page.expect_response("**/api/run"):
        page.locator("#swap").click()
    settled(page)
    assert gaps(page) == (second, first)
    with page.expect_response("**/api/run"):
        page.locator("#scenario-a").select_option("citizen_led")
    settled(page)
    assert page.url.split("#")[1].startswith("a=citizen_led&b=hierarchy")


def test_predict_then_reveal(room):
    page = room.open("#m=100")
    assert page.locator(".chart.predict .line").count() == 0
    page.locator("[data-shape=steady]").click()
    page.locator(".counter").nth(2).get_by_role("button").nth(1).click()
    page.locator(".counter").nth(0).get_by_role("button").nth(1).click()
    assert month(page) == 0
    assert page.locator(".result").inner_text() == ""
    seek(page, 120)
    said = page.locator(".result").inner_text()
    assert "points off on average" in said
    assert "1 of 2 votes was for what happened in this one future: B ends with less lost" in said


def test_a_prediction_can_be_drawn(room):
    page = room.open()
    chart = page.locator(".chart.predict")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 100, box["y"] + 150, steps=40)
    page.mouse.up()
    assert page.locator(".guess-dot").count() == 11
    assert page.evaluate("() => String(getSelection())") == ""


def test_possible_futures(room, served):
    page = room.open("#m=120")
    page.locator(".do-spread").click()
    page.wait_for_selector(".chart.spread")
    received = served.ask("api/spread", {**TWIN, "futures": 20})
    ends = [[line[-1] for line in side["gap"]] for side in received["sides"]]
    fewer = sum(round(100 * a, 1) - round(100 * b, 1) >= 0.5 for a, b in zip(*ends, strict=True))
    assert page.locator(".chart.spread .faint").count() == 40
    assert f"B loses less in {fewer} of 20" in page.locator(".figure-spread h3").inner_text()
    shown = gaps(page)
    with page.expect_response("**/api/run"):
        page.locator(".do-another").click()
    settled(page)
    assert gaps(page) == (percent(ends[0][1]), percent(ends[1][1])) != shown
    assert page.locator(".chart.spread .faint").count() == 40


def test_the_axis_can_be_zoomed_and_the_target_stays(room):
    page = room.open("#m=120")
    lowest = page.locator(".gap-chart .axes .tick").first.text_content()
    assert lowest == "0 %"
    page.locator("#zoom").check()
    assert page.locator(".gap-chart .axes .tick").first.text_content() != "0 %"
    assert page.locator(".gap-chart .target").get_by_text("target").is_visible()


def test_events_lead_to_their_month(room, served):
    page = room.open("#m=120")
    link = page.locator(".month-link").nth(3)
    wanted = int(link.inner_text().split()[-1])
    link.click()
    assert month(page) == wanted
    received = sum(event["month"] <= wanted for side in served.run()["sides"] for event in side["story"])
    assert page.locator(".story li:visible").count() == received


def test_charts_can_be_saved_and_say_what_they_are(room):
    page = room.open("#m=120")
    page.locator(".figure-gap summary").click()
    for kind in ("SVG", "PNG"):
        with page.expect_download() as saved:
            page.locator(".figure-gap .save").get_by_text(kind).click()
        content = saved.value.path().read_bytes()
        assert saved.value.suggested_filename == f"gapsim-gap.{kind.lower()}"
        if kind == "SVG":
            text = content.decode()
            assert "seed 2026" in text
            assert "B loses less of the benefit" in text
            assert 'class="' not in text
        else:
            assert content.startswith(b"\x89PNG")


def test_a_code_is_asked_for_and_a_wrong_one_named(room, guarded):
    room.expected = ("401 (Unauthorized)", "403 (Forbidden)")
    page = room.open(address=guarded.address, ready=False)
    page.locator("#code").fill("WRONGONE")
    page.get_by_role("button", name="Enter").click()
    page.get_by_text("is not the code that is printed in the terminal").wait_for()
    page.locator("#code").fill(guarded.code)
    page.get_by_role("button", name="Enter").click()
    page.wait_for_selector("body.ready")
    assert page.locator(".tile").count() == 64


def test_the_page_on_a_stick_plays_from_a_file_with_one_request(room, tmp_path):
    page = room.open("#m=120")
    shown = gaps(page)
    move(page, "work.load", 2)
    moved = gaps(page)
    with page.expect_download() as saved:
        page.locator(".do-html").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    assert file.stat().st_size < 1_000_000
    room.asked.clear()
    stick = room.open(address=file.as_uri())
    assert room.asked == [file.as_uri()]
    assert stick.locator(".tile").count() == 64
    assert not stick.locator("#change").is_visible()
    stick.locator("#speed").select_option("20")
    stick.keyboard.press("Space")
    until(stick, 20)
    stick.keyboard.press("End")
    assert gaps(stick) == moved != shown
    assert stick.locator(".chart.spread .faint").count() == 40
    assert room.asked == [file.as_uri()]


def test_what_is_being_typed_is_not_overwritten(room):
    page = room.open("#m=60")
    box = page.locator("#lever-power-distribution")
    box.fill("0.37")
    settled(page)
    seek(page, 61)
    settled(page)
    assert box.input_value() == "0.37"
