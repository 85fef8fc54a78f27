"""The built site opens from a file, asks nothing of anybody, can be searched, and fits a telephone.

Looks at `build/site`, which `docs/build_site.py` makes; where it was not built the tests are skipped and say so, but not on
continuous integration.
"""

import os
from pathlib import Path

import pytest

pytest_plugins = ("live_browser",)
pytestmark = pytest.mark.slow

SITE = Path(__file__).parents[1] / "build" / "site"
PAGES = (
    "index.html",
    "odd.html",
    "odd/2-entities-state-variables-and-scales.html",
    "odd/8-submodels.html",
    "odd/12-the-mechanisms.html",
    "reference/mechanisms.html",
    "reference/scenarios.html",
    "tutorials/1_first_run.html",
    "recipes/another_place.html",
    "guides/developer.html",
)
WIDE, NARROW = {"width": 1366, "height": 768}, {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def site():
    if not (SITE / "index.html").is_file():
        reason = "no site: uv run --group docs python docs/build_site.py"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return SITE


@pytest.fixture
def opened(browser, site):
    """Opens a page of the site from its file; errors and requests from outside are fatal."""
    context = browser.new_context()
    wrong = []

    def page_at(name, size):
        page = context.new_page()
        page.set_viewport_size(size)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        page.on(
            "request",
            lambda asked: asked.url.startswith(("file:", "blob:", "data:")) or wrong.append(asked.url),
        )
        page.goto((site / name).as_uri(), wait_until="load")
        return page

    yield page_at
    context.close()
    assert not wrong


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_from_its_file_and_fits(opened, name, size):
    page = opened(name, size)
    assert page.locator("h1").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    broken = page.evaluate("[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)")
    assert not broken


def test_equations_are_drawn_and_none_is_left_as_it_was_typed(opened):
    page = opened("odd/8-submodels.html", WIDE)
    assert page.locator("math").count() > 300
    assert page.locator("math").first.bounding_box()["height"] > 5
    text = page.evaluate(
        "(() => { const a = document.querySelector('article').cloneNode(true);"
        " a.querySelectorAll('code, pre, math').forEach(e => e.remove()); return a.textContent; })()"
    )
    assert "$" not in text
    assert "\\" not in text


@pytest.mark.parametrize("chapter", ["5-design-concepts", "8-submodels", "9-the-account-of-lost-benefit"])
def test_equations_are_not_scrolled_on_a_laptop(opened, chapter):
    page = opened(f"odd/{chapter}.html", WIDE)
    wide = "e => e.clientWidth && e.scrollWidth > e.clientWidth + 1"
    assert not page.evaluate(
        f"[...document.querySelectorAll('.equation')].filter({wide}).map(e => e.textContent)"
    )


def test_steps_with_commands_between_them_are_numbered_on(opened):
    steps = opened("guides/policy.html", WIDE).locator("article ol")
    assert steps.count() == 1
    assert steps.locator("> li").count() == 4
    assert steps.locator("li pre").count() == 3


def test_it_can_be_searched_without_a_network(opened):
    page = opened("index.html", WIDE)
    page.locator("button.md-search__button").click()
    page.locator("input[type=text]").fill("reactance")
    page.locator("a[href*='mechanisms.html?h=reactance#reactance']").wait_for()


def test_tutorials_show_what_came_out(opened):
    page = opened("tutorials/1_first_run.html", NARROW)
    page.locator(".chart .main-svg").first.wait_for()
    assert page.locator(".chart-title strong").first.inner_text()
    assert page.locator(".table table").count() >= 1
