"""Words of the live page: those that a chief executive says, with help on every term and a glossary in the page."""

from __future__ import annotations

import pytest

pytest_plugins = ("live_browser",)

SAID = {
    "#where": ["done on paper only", "others not joined up", "design that does not fit"],
    "#change": ["What would change the answer?", "Leaders' time for change"],
    "#council": ["Charities' commitment", "Councils that influence it"],
    "#guess": ["Write it down, or everyone will say they knew."],
    "#words": [
        "waiting for approval",
        "too many changes at once",
        "spotting the need (see)",
        "trying (spark)",
        "adapting (shape)",
        "rolling out (shift)",
    ],
}


def opened(room):
    return room.open("#m=61&place=S12000049&map=stage")


@pytest.mark.parametrize("part", SAID)
def test_the_page_says_it_in_plain_words(room, part):
    text = " ".join(opened(room).locator(part).text_content().split())
    assert [words for words in SAID[part] if words not in text] == []


def test_resistance_to_being_told_is_a_lever_that_the_search_finds(room):
    page = room.open("#m=61")
    page.locator("details.expert > summary").click()
    page.locator(".finder input").fill("resistance to being told")
    page.locator(".lever[data-key='mechanisms.reactance']:visible").wait_for()
    assert page.locator(".lever-groups .lever:visible").count() == 1


def test_every_term_has_its_meaning_in_the_glossary(room, served):
    page = opened(room)
    asked = set(page.locator("[data-term]").evaluate_all("(all) => all.map((e) => e.dataset.term)"))
    known = set(
        page.locator("#glossary dt").evaluate_all("(all) => all.map((e) => e.id.replace('term-', ''))")
    )
    assert len(asked) > 25
    assert asked <= known
    declared = served.ask("api/declarations")
    for kind in ("stage", "cause", "kind"):
        assert {f"{kind}.{each['name']}" for each in declared[f"{kind}s"]} <= known
    meanings = page.locator("#glossary dd").all_inner_texts()
    assert len(meanings) == len(known)
    assert all(len(each) > 15 and "{" not in each for each in meanings)


def test_terms_that_must_be_known_can_be_asked_where_they_stand(room):
    page = opened(room)
    for where, least in (
        ("#side-a", 1),
        ("#side-b", 1),
        (".council-table", 8),
        (".map-bar", 6),
        ("#chain", 7),
        ("#losses", 8),
        ("#stages", 6),
    ):
        assert page.locator(f"{where} [data-term]").count() >= least, where


def test_help_opens_with_the_meaning_closes_by_keys_and_leads_to_the_glossary(room):
    page = opened(room)
    term = page.locator("#council [data-term=influence]")
    term.focus()
    page.keyboard.press("Enter")
    help_box = page.locator(".term-help")
    assert help_box.is_visible()
    assert "watches and learns from" in help_box.inner_text()
    box = help_box.bounding_box()
    assert box["y"] > page.locator(".player").bounding_box()["y"]
    page.keyboard.press("Escape")
    assert help_box.is_hidden()
    assert page.evaluate("document.activeElement.dataset.term") == "influence"
    assert page.locator("#month").inner_text() == "Month 61"
    page.locator("#losses [data-term='cause.ritual_compliance']").click()
    assert help_box.locator("h2").inner_text() == "done on paper only (in the model: symbolic compliance)"
    page.locator(".term-help button.quiet").click()
    assert help_box.is_hidden()
    assert 0 <= page.locator("#words").bounding_box()["y"] < 400
