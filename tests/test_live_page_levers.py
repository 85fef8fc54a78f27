"""Ten levers with plain names beside a chart that stays; all others are found by any word; errors stand beside them."""

from __future__ import annotations

import pytest
from live_moves import move, settled

pytest_plugins = ("live_browser",)

TEN = (
    "who decides: from the centre to all",
    "how many changes at once",
    "staff time",
    "leaders' time for change",
    "co-design time protected",
    "support teams",
    "pressure to be quick",
    "who is judged on what: weight of reports",
    "citizens' data travels with them",
    "money to scale up",
)


def percent(page, side):
    return page.locator(f"#gap-{side}").inner_text()


def set_ten(page, key, value):
    with page.expect_response("**/api/run"):
        box = page.locator(f"#ten-{key.replace('.', '-')}")
        box.fill(str(value))
        box.press("Tab")
    settled(page)


def search(page, words):
    page.locator("#find-lever").fill(words)
    return page.locator(".lever-groups .lever:visible").evaluate_all("(all) => all.map((e) => e.dataset.key)")


def test_ten_levers_have_plain_names_and_each_moves_the_run(room):
    page = room.open("#m=120&a=baseline&b=distributed")
    assert tuple(page.locator(".ten .lever-name").all_text_contents()) == TEN
    keys = page.locator(".ten .lever").evaluate_all("(all) => all.map((e) => e.dataset.ten)")
    assert len(set(keys)) == 10
    for key in keys:
        before = percent(page, "a")
        value = {"changes.arriving": 40, "authorities.staff_hours": 0.1}.get(key, 0.9)
        set_ten(page, key, value)
        assert f"a.{key.removesuffix('.reports')}=" in page.url, key
        assert page.locator("#finding-effect").inner_text(), key
        assert percent(page, "a") != before, key
        page.keyboard.press("Control+z") if key == keys[-1] else page.locator(".do-undo").click()
        page.wait_for_function("(was) => document.getElementById('gap-a').textContent === was", arg=before)
        settled(page)


def test_before_and_after_stay_on_the_screen_and_hold_the_numbers_of_the_end(room):
    page = room.open("#m=120")
    before = percent(page, "a"), percent(page, "b")
    set_ten(page, "authorities.staff_hours", 0.08)
    after = percent(page, "a"), percent(page, "b")
    assert after[0] != before[0]
    assert after[1] == before[1]
    amounts = page.locator(".chart.effect .amount").all_text_contents()
    assert amounts == [f"{was} → {now}" for was, now in zip(before, after, strict=True)]
    apart = float(before[0].removesuffix(" %")) - float(after[0].removesuffix(" %"))
    assert page.locator("#finding-effect").inner_text() == f"A loses {apart:.1f} points less than before"
    page.locator("details.expert > summary").click()
    page.locator("details[data-group=reference] > summary").click()
    for part in (".ten .lever >> nth=9", "details[data-group=reference] .lever >> nth=20"):
        page.locator(part).scroll_into_view_if_needed()
        box = page.locator(".chart.effect").bounding_box()
        assert page.locator(".player").bounding_box()["y"] < box["y"] < box["y"] + box["height"] < 768


def test_on_a_phone_the_chart_stays_below_the_player(room):
    page = room.open("#m=120", viewport={"width": 390, "height": 844})
    page.locator(".ten .lever").nth(8).scroll_into_view_if_needed()
    page.mouse.wheel(0, 200)
    page.wait_for_timeout(200)
    player, chart = page.locator(".player").bounding_box(), page.locator(".beside").bounding_box()
    assert player["y"] + player["height"] - 12 <= chart["y"] < 300


def test_what_was_changed_by_hand_is_on_paper(room):
    page = room.open("#m=120&a.work.load=2&b@36.pace.pressure=0.9")
    page.emulate_media(media="print")
    said = page.locator("#change").inner_text()
    assert "load (work): 1 → 2 from the start" in said
    assert "pressure (pace): 0.9 from month 36" in said
    for part in (".ten", ".beside", "details.expert", ".differences button >> nth=0"):
        assert page.locator(part).is_hidden(), part
    plain = room.open("#m=120")
    plain.emulate_media(media="print")
    assert plain.locator("#change").is_hidden()


def test_one_side_is_chosen_and_called_what_it_is_now(room):
    page = room.open("#m=120")
    assert page.locator("#which-a").is_checked()
    names = page.locator(".lever-bar fieldset").first.locator("label")
    assert names.all_inner_texts() == ["A: Hierarchy", "B: Distributed power", "both"]
    move(page, "work.load", 2)
    assert names.all_inner_texts()[0] == "A: Hierarchy, changed"
    assert "b.work.load" not in page.url


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("design.hours", "design.hours"),
        ("mechanisms.partnership", "mechanisms.partnership"),
        ("inhabitant staff", "authorities.staff_hours"),
        ("QUEUE", "mechanisms.attention"),
    ],
)
def test_a_lever_is_found_by_any_word_of_its_name_key_or_sentence(room, words, key):
    page = room.open("#m=120")
    page.locator("details.expert > summary").click()
    found = search(page, words)
    assert key in found
    assert len(found) < 20
    assert search(page, f"{words} zebra") == []


def test_ctrl_z_takes_back_and_with_shift_does_again(room):
    page = room.open("#m=120")
    first = percent(page, "a")
    set_ten(page, "authorities.staff_hours", 0.08)
    second = percent(page, "a")
    page.locator("#main").focus()
    for keys, expected in (("Control+z", first), ("Control+Shift+z", second)):
        with page.expect_response("**/api/run"):
            page.keyboard.press(keys)
        settled(page)
        assert percent(page, "a") == expected
    page.locator("details.expert > summary").click()
    page.locator("#find-lever").press("Control+z")
    page.wait_for_timeout(300)
    assert percent(page, "a") == second


def test_what_is_wrong_stands_beside_the_lever_until_it_is_right(room):
    room.expected = ("400 (Bad Request)",)
    page = room.open("#m=120")
    set_ten(page, "pace.pressure", 7)
    wrong = page.locator(".ten [data-ten='pace.pressure'] .wrong")
    assert "must be a number from 0.0 to 1.0" in wrong.inner_text()
    set_ten(page, "pace.pressure", 0.7)
    assert wrong.count() == 0
