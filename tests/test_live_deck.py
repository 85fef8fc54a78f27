"""A deck played in a real browser: steps by buttons and keys, each laid as its file says, and seen by everybody."""

from __future__ import annotations

import pytest
from live_moves import TWIN, month, move, seek, settled
from test_live_page_access import AXE, NARROW, SEEN_FIRST, sticking_out

from sim.live import session, url, views

pytest_plugins = ("live_browser",)


@pytest.fixture(scope="module")
def leaders():
    return session.read(session.find("leaders"), views.available())


@pytest.fixture(scope="module")
def served(leaders):
    from live_browser import serve

    for each in serve(None, leaders):
        each.run()
        yield each


def on(page, number):
    """Wait until a step is laid."""
    page.locator(".deck-step", has_text=f"Step {number} of 6").wait_for()
    page.wait_for_url(f"**step={number}*")
    settled(page)


def in_view(page, part):
    box = page.locator(part).bounding_box()
    return page.locator("#deck").bounding_box()["y"] < box["y"] < 768


def test_steps_are_played_by_buttons_and_by_the_keys_of_a_remote_control(room, leaders):
    page = room.open()
    on(page, 1)
    assert page.locator(".deck-ask").inner_text() == leaders.steps[0].ask
    assert page.locator(".do-previous-step").is_disabled()
    assert in_view(page, "#predict .votes")
    assert month(page) == 0
    for number, opened in enumerate(leaders.steps[1:], start=2):
        page.locator(".do-next-step").click() if number % 2 else page.keyboard.press("PageDown")
        on(page, number)
        assert page.locator(".deck-ask").inner_text() == opened.ask
        view, look, _ = url.read(opened.show, "here")
        assert month(page) == int(look["m"])
        for letter, side in zip("ab", view["sides"], strict=True):
            assert page.locator(f"#scenario-{letter}").input_value() == side["scenario"]
            assert ("work.load=4" in page.url) == ("work.load" in side["set"])
        # The answer is not given away before the room has said what it expects.
        assert page.locator("path.ghost").count() == 0
        assert page.locator(".chart.predict .line").count() == 0
    assert page.locator(".do-next-step").is_disabled()
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    on(page, 5)
    page.go_back()
    on(page, 6)


def test_what_the_room_moved_is_set_up_again_and_what_it_said_stays_with_its_sides(room):
    page = room.open()
    on(page, 1)
    page.locator(".counter").nth(1).get_by_role("button").nth(1).click()
    page.keyboard.press("PageDown")
    on(page, 2)
    votes = page.locator(".counter output")
    assert votes.all_inner_texts() == ["0", "1", "0"]
    move(page, "work.load", 2)
    seek(page, 60)
    settled(page)
    assert "work.load=2" in page.url
    page.locator(".do-same-step").click()
    page.wait_for_url("**b=distributed&*")
    on(page, 2)
    assert "work.load" not in page.url
    assert month(page) == 0
    for _ in range(3):
        page.keyboard.press("PageDown")
    on(page, 5)
    assert votes.all_inner_texts() == ["0", "0", "0"]


def test_a_link_into_a_deck_opens_at_its_step_with_what_was_set_there(room):
    page = room.open("#a=rush&b=crisis&seed=2026&r=0&m=12&step=3")
    on(page, 3)
    assert month(page) == 12
    assert page.locator("#scenario-a").input_value() == "rush"
    page.goto(room.served.address + "#m=12&step=7")
    page.locator("#notice", has_text="step = 7: there is no such step").wait_for()
    assert month(page) == 12


def test_the_file_for_a_stick_leaves_the_deck_at_home(room, served, tmp_path):
    file = tmp_path / "stick.html"
    file.write_text(served.ask("api/download", {"view": TWIN, "kind": "html"}), encoding="utf-8")
    stick = room.open(address=file.as_uri())
    assert room.asked == [file.as_uri()]
    assert stick.locator(".tile").count() == 64
    assert not stick.locator("#deck").is_visible()


def test_question_gap_and_notes_are_seen_together_and_axe_finds_nothing(room, leaders):
    page = room.open()
    page.keyboard.press("PageDown")
    on(page, 2)
    for wide in (1366, 1024):
        page.set_viewport_size({"width": wide, "height": 768})
        for part in (".deck-ask", ".do-next-step", *SEEN_FIRST):
            box = page.locator(part).bounding_box()
            assert 0 <= box["x"] <= box["x"] + box["width"] <= wide, part
            assert 0 <= box["y"] <= box["y"] + box["height"] <= 768, part
    notes = page.locator(".deck-notes p")
    assert not notes.is_visible()
    page.locator(".deck-notes summary").click()
    page.keyboard.press("PageDown")
    on(page, 3)
    assert notes.inner_text() == leaders.steps[2].say
    page.evaluate(f"() => {{ {AXE} }}")
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"]
    assert not [(each["id"], each["nodes"][0]["html"][:160]) for each in found["violations"]]
    page.set_viewport_size(NARROW)
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert not sticking_out(page)


def test_what_a_deck_checks_is_what_the_page_asks_for(room):
    fragment = (
        "#a=rush&a.work.load=1.50&a.work.form=minimum&b@36.power.agenda=centre:1,authorities:0,third_sector:0,users:0"
        "@S12000049+S12000033&b@12.mechanisms.pace=.25&seed=7&r=3&m=48"
    )
    with room.open().expect_request("**/api/run") as asked:
        room.contexts[-1].pages[0].goto(room.served.address + fragment)
    content = asked.value.post_data_json
    assert content.pop("v") == views.VERSION
    assert content == url.read(fragment, "here")[0]
