"""Tables of pages, and the text between two markers of a page, for the scripts that write pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)])


def between(page: str, name: str, text: str) -> str:
    """The page with a text between the markers of a name."""
    before, _, after = _parts(page, name)
    return f"{before}{marked(name, text)}{after}"


def marked(name: str, text: str) -> str:
    """A text between the markers of a name."""
    first, last = _markers(name)
    return f"{first}\n\n{text}\n\n{last}"


def inside(page: str, name: str) -> str:
    """What a page has between the markers of a name."""
    return _parts(page, name)[1].strip()


def _markers(name: str) -> tuple[str, str]:
    return f"<!-- {name} -->", f"<!-- end of {name} -->"


def _parts(page: str, name: str) -> tuple[str, str, str]:
    first, last = _markers(name)
    before, _, rest = page.partition(first)
    found, end, after = rest.partition(last)
    if not end:
        raise SystemExit(f"the page has no markers for {name}")
    return before, found, after
