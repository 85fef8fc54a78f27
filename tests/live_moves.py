"""What a person does on the live page, for tests and benchmarks."""

from __future__ import annotations

from typing import Any

TWIN: dict[str, Any] = {"sides": [{"scenario": "hierarchy"}, {"scenario": "distributed"}]}
"""The view that the page opens with."""


def settled(page: Any) -> None:
    """Wait until a change of the view has been run and shown, and the address tells it."""
    page.wait_for_selector("main[aria-busy=false]")


def month(page: Any) -> int:
    """The month that the page shows."""
    return int(page.locator("#month").inner_text().split()[-1])


def seek(page: Any, wanted: int) -> None:
    """Go to a month by the slider."""
    page.locator("#scrub").evaluate(
        "(slider, m) => { slider.value = m; slider.dispatchEvent(new Event('input')); }", wanted
    )
    assert month(page) == wanted


def move(page: Any, key: str, value: float) -> None:
    """Type a value into the number box of a lever, and wait for the run."""
    expert = page.locator("details.expert")
    if expert.get_attribute("open") is None:
        expert.locator("summary").first.click()
    group = page.locator(f"details[data-group={key.partition('.')[0]}]")
    if not group.get_attribute("open") and group.get_attribute("open") != "":
        group.locator("summary").first.click()
    with page.expect_response("**/api/run"):
        box = page.locator(f"#lever-{key.replace('.', '-')}")
        box.fill(str(value))
        box.press("Tab")
    settled(page)


def until(page: Any, wanted: int) -> None:
    """Wait until playing has reached a month."""
    for _ in range(300):
        if month(page) >= wanted:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"the page did not get to month {wanted}; it shows {month(page)}")
