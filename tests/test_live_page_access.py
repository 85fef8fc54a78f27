"""The live page for everybody: with keys, small, large, without colours, for screen readers; nothing overlaps or is cut."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import axe_playwright_python
import pytest
import qrcode
from live_moves import month, move, seek, settled, until

from sim.live.i18n import say

pytest_plugins = ("live_browser",)

PAGE = Path(__file__).parents[1] / "sim/live/page"
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
SEEN_FIRST = (
    "#sentence", "#month", "#gap-a", "#gap-b", "[data-do=play]",
    "#side-a .thermometer", "#side-b .thermometer", ".gap-chart",
)  # fmt: skip
NARROW = {"width": 320, "height": 640}


BOXES = """(svg) => { const s = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('.label, .amount')].filter((e) => e.textContent).map((e) => {
    const r = e.getBoundingClientRect();
    const [left, top, right, bottom] = [r.left - s.left, r.top - s.top, r.right - s.left, r.bottom - s.top];
    return [left, top, right, bottom, s.width, s.height, e.textContent] }) }"""
"""Where the words on a chart stand, within the chart."""


def at_start(room):
    return room.open()


def in_mid_run(room):
    return room.open("#m=61")


def with_a_council(room):
    return room.open("#m=61&place=S12000049")


def with_levers(room):
    page = room.open("#m=61")
    page.locator("details.expert > summary").click()
    for group in ("mechanisms", "work", "changes"):
        page.locator(f"details[data-group={group}] > summary").click()
    move(page, "work.load", 2)
    return page


def with_a_prediction_and_futures(room):
    page = room.open("#m=120&guess=100.95.90.85.80.75.70.65.60.55.50&votes=3.0.9")
    page.locator(".do-spread").click()
    page.wait_for_selector(".chart.spread")
    for summary in page.locator(".figure-gap summary, .figure-losses summary, .by-numbers summary").all():
        summary.click()
    return page


def with_the_chain_and_stages(room):
    return room.open("#m=90&map=stage&see=chain")


def with_differences(room):
    return room.open("#m=90&map=difference")


def with_a_problem(room):
    room.expected = ("400 (Bad Request)",)
    return room.open("#a=hierachy&b.work.load=99")


STATES = [
    at_start,
    in_mid_run,
    with_a_council,
    with_levers,
    with_a_prediction_and_futures,
    with_the_chain_and_stages,
    with_differences,
    with_a_problem,
]


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_and_nothing_sticks_out_at_320_pixels(room, state):
    page = state(room)
    page.evaluate(f"() => {{ {AXE} }}")
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"]
    wrong = [(each["id"], [node["html"][:160] for node in each["nodes"][:3]]) for each in found["violations"]]
    assert not wrong
    page.set_viewport_size(NARROW)
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    assert not sticking_out(page)


def test_nothing_sticks_out_of_a_page_that_is_opened_at_320_pixels(room):
    assert not sticking_out(room.open("#m=61&place=S12000049", viewport=NARROW))


def sticking_out(page):
    """What does not fit, of a page that must not scroll sideways."""
    assert page.evaluate("() => document.documentElement.scrollWidth") <= NARROW["width"]
    return page.evaluate(
        """() => [...document.querySelectorAll('h1, h2, h3, h4, p, button, label, legend, svg, select, .sentence')]
          .filter((e) => e.checkVisibility() && !e.closest('.scroll, .hidden-words, .skip, .log'))
          .filter((e) => { const r = e.getBoundingClientRect(); return r.right > innerWidth + 1 || r.left < -1 })
          .map((e) => e.outerHTML.slice(0, 120))"""
    )


@pytest.mark.parametrize("size", [(1366, 768), (1024, 768)])
def test_gap_month_and_sentence_are_seen_without_scrolling(room, size):
    page = room.open("#m=1", viewport={"width": size[0], "height": size[1]})
    for at, part in itertools.product((1, 61, 120), SEEN_FIRST):
        if month(page) != at:
            seek(page, at)
        box = page.locator(part).bounding_box()
        assert box["width"] > 0
        assert 0 <= box["x"] <= box["x"] + box["width"] <= size[0], part
        assert 0 <= box["y"] <= box["y"] + box["height"] <= size[1], part
    page.locator("#change").evaluate("(section) => section.scrollIntoView()")
    for part in ("#sentence", "#month"):
        assert page.locator(part).bounding_box()["y"] >= 0


@pytest.mark.parametrize("size", [(1366, 768), (1024, 768)])
def test_all_that_is_said_of_a_council_is_seen_without_scrolling(room, size):
    page = room.open("#m=61&place=S12000049", viewport={"width": size[0], "height": size[1]})
    for part in ("#council h3", ".council-table", ".ties"):
        box = page.locator(part).bounding_box()
        assert 0 <= box["y"] <= box["y"] + box["height"] <= size[1], part


GUESSED = "#m=12&guess=100.95.92.90.88.86.84.82.80.78.76"
"""A prediction that ends near both lines, so that their labels would meet."""


@pytest.mark.parametrize("width", [320, 1024, 1366])
def test_labels_on_charts_neither_touch_nor_run_off(room, width):
    page = room.open(GUESSED, viewport={"width": width, "height": 768})
    for wanted in (30, 40, 90, 120):
        seek(page, wanted)
        for chart in ("gap-chart", "people", "stages", "predict", "chain"):
            page.locator("#look-chain" if chart == "chain" else "#look-story").click()
            boxes = page.locator(f"svg.{chart}").evaluate(BOXES)
            assert boxes
            for left, top, right, bottom, wide, high, text in boxes:
                assert left >= -1 and right <= wide + 1 and top >= -2 and bottom <= high + 1, (chart, text)  # noqa: PT018
            if chart not in ("stages", "chain"):
                for one, other in itertools.combinations(boxes, 2):
                    across = min(one[2], other[2]) - max(one[0], other[0])
                    down = min(one[3], other[3]) - max(one[1], other[1])
                    assert across <= 0 or down <= 4, (chart, one[6], other[6])


def test_keys_play_pause_and_step(room):
    page = room.open("#m=10")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert month(page) == 11
    page.keyboard.press("End")
    assert month(page) == 120
    page.keyboard.press("Home")
    assert month(page) == 0
    page.keyboard.press("Space")
    until(page, 2)
    page.keyboard.press("Space")
    stopped = month(page)
    page.wait_for_timeout(600)
    assert month(page) == stopped
    assert "Play" in page.locator("[data-do=play]").inner_text()


def test_keys_typed_into_a_box_do_not_move_the_clock(room):
    page = room.open("#m=10")
    page.locator("details.expert > summary").click()
    box = page.locator("#find-lever")
    box.focus()
    page.keyboard.type("a b")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    assert month(page) == 10
    assert box.input_value() == "a b"


def test_space_on_a_button_presses_it_once(room):
    page = room.open("#m=10")
    page.locator("[data-do=next]").focus()
    page.keyboard.press("Space")
    page.wait_for_timeout(400)
    assert month(page) == 11


def test_councils_are_reached_and_opened_by_keys(room):
    page = room.open("#m=60")
    tiles = page.locator("#side-a .tile")
    assert page.locator("#side-a .tile[tabindex='0']").count() == 1
    tiles.first.focus()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Aberdeen City")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Aberdeenshire")
    page.keyboard.press("Enter")
    assert page.locator("#council h3").inner_text() == "Aberdeenshire"
    assert page.evaluate("document.activeElement.textContent") == "Aberdeenshire"
    assert month(page) == 60
    assert page.locator("#side-b .tile.chosen").get_attribute("aria-label").startswith("Aberdeenshire")


def test_what_a_council_says_is_what_the_server_said(room, served):
    page = room.open("#m=60&place=S12000049")
    answer, declared = served.run(), served.ask("api/declarations")
    k = [place["code"] for place in declared["places"]].index("S12000049")
    rows = {
        row[0]: row[1:]
        for row in (
            line.locator("th, td").all_inner_texts() for line in page.locator(".council-table tbody tr").all()
        )
    }
    places = [side["places"] for side in answer["sides"]]
    assert rows["Benefit lost so far"] == [f"{100 * p['gap'][59][k]:.1f} %" for p in places]
    for name in ("will", "ability", "capacity"):
        assert rows[name.capitalize()] == [f"{p[name][59][k]:.2f}" for p in places]
    limits = [p["limits"][59][k] for p in places]
    assert rows["Limited by"] == [
        say(f"reason.{declared['causes'][n]['name']}") if n >= 0 else "nothing just now" for n in limits
    ]


def test_focus_can_be_seen_wherever_it_goes(room):
    page = room.open("#m=60")
    for _ in range(30):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e), f = e.querySelector('.face');
              const ring = parseFloat(s.outlineWidth) >= 2 && s.outlineStyle !== 'none';
              return ring || f && parseFloat(getComputedStyle(f).strokeWidth) >= 4 }"""
        )
        assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_stages_are_told_apart_without_colour(room):
    page = room.open("#m=24&map=stage", forced_colors="active")
    letters = [text.split()[0] for text in page.locator("#side-a .tile .value").all_text_contents()]
    labels = [
        tile.get_attribute("aria-label").split(": ")[1].split(",")[0]
        for tile in page.locator("#side-a .tile").all()
    ]
    assert len(dict(zip(labels, letters, strict=True))) == len(set(letters)) > 2
    fill = "(faces) => new Set(faces.map((face) => getComputedStyle(face).fill)).size"
    painted = page.locator("#side-a .face").evaluate_all(fill)
    assert painted == 1


def test_on_paper_what_can_only_be_pressed_is_left_out(room):
    page = room.open("#m=61")
    page.emulate_media(media="print")
    for hidden in ("nav", ".ten", "#scrub", "[data-do=play]"):
        assert not page.locator(hidden).first.is_visible(), hidden
    for shown in ("#sentence", "#gap-a", "#month", ".gap-chart", ".chart.losses"):
        assert page.locator(shown).first.is_visible(), shown


def test_on_paper_a_whole_run_fills_a_few_sheets_and_the_maps_stand_beside_the_gap(room):
    page = room.open("#m=120")
    sheets = len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True)))
    assert 3 <= sheets <= 5
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 900, "height": 700})
    tops = [page.locator(part).bounding_box()["y"] for part in ("#side-a", ".middle", "#side-b")]
    assert max(tops) - min(tops) < 1
    assert page.locator(".story li:visible").count() == 5


def test_what_a_room_predicted_and_what_became_of_it_are_seen_together(room):
    page = room.open("#m=120&guess=100.95.90.85.80.75.70.65.60.55.50&votes=3.0.9")
    page.locator("nav a[href='#guess']").click()
    for part in ("#guess .result", ".figure-predict h3", ".chart.predict"):
        box = page.locator(part).bounding_box()
        assert 0 <= box["y"] <= box["y"] + box["height"] <= 768, part
    ends = page.locator("#gap-a").inner_text()
    assert (
        page.locator(".figure-predict h3").inner_text() == f"A ends with {ends} lost; the room expected 50 %"
    )
    assert "room 50 %" in page.locator(".chart.predict .guess-label").text_content()


def test_a_long_change_leaves_its_button_whole(room):
    row = "centre:0.55,authorities:0.2,third_sector:0.1,users:0.15"
    page = room.open(f"#m=61&b.power.agenda={row}", viewport={"width": 1024, "height": 768})
    assert page.locator(".change-lists li button").bounding_box()["height"] < 34


def test_at_twice_the_size_a_link_leads_to_just_below_the_player(room):
    page = room.open("#m=61", viewport={"width": 683, "height": 384})
    page.locator("nav a[href='#change']").click()
    player = page.locator(".player").bounding_box()
    top = page.locator("#change").bounding_box()["y"] - (player["y"] + player["height"])
    assert 0 <= top < 40


def test_with_forced_colours_only_a_moved_lever_is_marked(room):
    page = room.open("#m=120&a.work.load=2", forced_colors="active")
    page.locator("details.expert > summary").click()
    page.locator("details[data-group=work] > summary").click()
    edge = "(lever) => getComputedStyle(lever).borderLeftColor"
    still = page.locator("[data-key='work.top_speed']").evaluate(edge)
    assert still != page.locator("[data-key='work.load']").evaluate(edge)
    assert still == page.evaluate(
        "() => { document.body.style.color = 'Canvas'; return getComputedStyle(document.body).color }"
    )


MODULES = """async (image) => { await image.decode();
  const canvas = document.createElement('canvas'), context = canvas.getContext('2d');
  const size = Number(new DOMParser().parseFromString(decodeURIComponent(image.src), 'text/html').querySelector('svg')
    .getAttribute('viewBox').split(' ')[2]);
  canvas.width = canvas.height = size;
  context.drawImage(image, 0, 0, size, size);
  const { data } = context.getImageData(0, 0, size, size);
  return Array.from({ length: size }, (_, y) => Array.from({ length: size }, (_, x) => data[4 * (y * size + x)] < 128)) }"""
"""The squares of a picture of a QR code with its margin, row by row: whether each is dark."""


def test_the_qr_code_that_is_shown_holds_the_address_of_the_page(room):
    page = room.open("#m=61&a.work.load=2")
    code = page.locator("#share .qr-code")
    code.scroll_into_view_if_needed()
    assert code.is_visible()
    assert code.get_attribute("alt") == say("share.qr")
    first = code.get_attribute("src")
    assert text_of(code.evaluate(MODULES)) == page.url
    seek(page, 24)
    page.wait_for_function("(before) => document.querySelector('.qr-code').src !== before", arg=first)
    assert "m=24" in page.url
    assert text_of(code.evaluate(MODULES)) == page.url


MASKS = (
    lambda y, x: (y + x) % 2,
    lambda y, x: y % 2,
    lambda y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)
"""The masks of ISO/IEC 18004: a square is turned where the value is 0."""


def text_of(squares):
    """The text of a QR code with its margin of four, of versions 2 to 5 at level L: one block of bytes."""
    rows = [row[4:-4] for row in squares[4:-4]]
    size = len(rows)
    assert size in (25, 29, 33, 37)
    level, mask = (
        sum(bit << k for k, bit in enumerate(reversed(bits))) for bits in (rows[8][:2], rows[8][2:5])
    )
    assert level ^ 0b10 == 0b01
    bits = [rows[y][x] ^ (MASKS[mask ^ 0b101](y, x) == 0) for y, x in data_squares(size)]
    read = [
        sum(bit << k for k, bit in enumerate(reversed(bits[at : at + 8])))
        for at in range(4, len(bits) - 7, 8)
    ]
    assert bits[:4] == [False, True, False, False], "bytes"
    return bytes(read[1 : 1 + read[0]]).decode()


def data_squares(size):
    """Where the bits stand, in their order: up and down in pairs of columns, around what every code has."""
    for pair, right in enumerate([*range(size - 1, 6, -2), 5, 3, 1]):
        for y in range(size) if pair % 2 else reversed(range(size)):
            for x in (right, right - 1):
                corner = (x < 9 and (y < 9 or y >= size - 8)) or (y < 9 and x >= size - 8)
                mark = abs(x - size + 7) <= 2 and abs(y - size + 7) <= 2
                if not (corner or mark or 6 in (x, y)):
                    yield y, x


def test_the_reader_of_these_tests_reads_what_another_library_writes():
    for mask in range(8):
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_L, border=4, mask_pattern=mask)
        code.add_data(qrcode.util.QRData(b"http://127.0.0.1:8123/#m=61", mode=qrcode.util.MODE_8BIT_BYTE))
        code.make(fit=True)
        assert (
            text_of([[bool(on) for on in row] for row in code.get_matrix()]) == "http://127.0.0.1:8123/#m=61"
        )


def test_an_address_that_is_too_long_for_a_qr_code_is_said(room, served):
    room.expected = ("400 (Bad Request)",)
    page = room.open("#m=61")
    for number in range(1, 50):
        row = "centre:0.4,authorities:0.3,third_sector:0.2,users:0.1"
        page.evaluate(
            "(part) => history.replaceState(null, '', location.href + part)",
            f"&a@{number}.power.agenda={row}",
        )
    page.reload()
    page.wait_for_selector("#share .qr .hint")
    assert page.locator("#share .qr").inner_text() == say("share.long")
    assert page.locator("#share-link").input_value() == page.url


def test_the_page_holds_no_inline_code_and_no_value_of_a_parameter():
    html = (PAGE / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", html)
    for path in PAGE.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert "innerHTML" not in text, path.name
        assert len(text.splitlines()) < 320, path.name


def test_a_screen_reader_is_told_the_result_when_the_clock_stands_still(room):
    page = room.open("#m=10")
    page.locator("#speed").select_option("20")
    page.keyboard.press("Space")
    until(page, 14)
    assert "month 10" in page.locator("#announced").text_content()
    page.keyboard.press("Space")
    settled(page)
    assert page.locator("#announced").text_content() == page.locator("#sentence").text_content()
