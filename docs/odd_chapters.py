"""On the site the description of the model has a page for each chapter; in the repository it is one page, `docs/odd.md`.

Staging only: `split` reads the staged page, writes `odd/CHAPTER.md` for each heading `## `, leaves the preface and a list of
contents in `odd.md`, and turns every link to a heading, from any staged page, into a link to its chapter. `navigated` puts the
chapters into the navigation.
"""

import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

PAGE, FOLDER = "odd.md", "odd"
LISTED = '{ "In full (ODD)" = "odd.md" }'
"""The entry in the navigation that the chapters replace."""
HEADING = re.compile(r"^(#{1,6}) (.+)$")
FENCE = re.compile(r"^ *```")
FENCED = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(\]\()([^)\s#]*)(?:#([^)\s]+))?(\))")
RULED_OFF = re.compile(r"(?:\s*^---\s*$)+\s*\Z", re.MULTILINE)
CONTENTS = re.compile(r"^Contents: .*?(?=\n\n)", re.MULTILINE | re.DOTALL)


@dataclass
class Chapter:
    """One page: its heading, the part it stands in, its lines, and the headings within it."""

    title: str
    part: str
    lines: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where the page is staged."""
        return f"{FOLDER}/{anchor(self.title)}.md"


def anchor(heading: str) -> str:
    """The anchor that the generator gives a heading."""
    bare = re.sub(r"[^\w\s-]", "", heading).strip().lower()
    return re.sub(r"[-\s]+", "-", bare)


def chapters_of(text: str) -> tuple[str, list[Chapter]]:
    """The preface of a page, and its chapters; a heading within one stands a level higher than on the whole page."""
    preface: list[str] = []
    found: list[Chapter] = []
    part, fenced = "", False
    for line in text.splitlines():
        fenced ^= bool(FENCE.match(line))
        heading = None if fenced else HEADING.match(line)
        depth = len(heading.group(1)) if heading else 0
        if heading and depth == 1 and preface:
            part = heading.group(2)
            continue
        if heading and depth == 2:
            found.append(Chapter(heading.group(2), part))
        if not found:
            preface.append(line)
        elif heading:
            found[-1].lines.append(line[1:])
            found[-1].headings.append(heading.group(2))
        else:
            found[-1].lines.append(line)
    return RULED_OFF.sub("\n", "\n".join(preface)), found


def places_of(chapters: list[Chapter]) -> dict[str, str]:
    """The page of every anchor."""
    places: dict[str, str] = {}
    for chapter in chapters:
        for heading in chapter.headings:
            if places.setdefault(anchor(heading), chapter.place) != chapter.place:
                sys.exit(f"{PAGE}: two chapters have a heading {anchor(heading)}")
    return places


def linked(text: str, place: str, written: str, places: dict[str, str]) -> str:
    """A page with links that lead to chapters.

    Args:
        text: the page; code in it is left alone.
        place: where it is staged.
        written: where it stood when its links were written.
        places: the page of every anchor.
    """

    def one(found: re.Match[str]) -> str:
        start, target, to, end = found.groups()
        if re.match(r"[a-z]+:", target) or not (target or to):
            return found.group()
        goal = os.path.normpath(Path(written).parent / target) if target else written
        if goal == PAGE and to:
            if to not in places:
                sys.exit(f"{place}: the description of the model has no heading {to}")
            goal = places[to]
        here = goal == place and to
        path = "" if here else os.path.relpath(goal, Path(place).parent).replace(os.sep, "/")
        return f"{start}{path}{'#' + to if to else ''}{end}"

    parts = FENCED.split(text)
    return "".join(part if FENCED.fullmatch(part) else LINK.sub(one, part) for part in parts)


def turned(chapters: list[Chapter], number: int) -> str:
    """Links from a chapter to the one before, to the contents and to the next."""
    links = [f"[Contents](../{PAGE})"]
    if number:
        links.insert(0, f"[← {chapters[number - 1].title}]({Path(chapters[number - 1].place).name})")
    if number + 1 < len(chapters):
        links.append(f"[{chapters[number + 1].title} →]({Path(chapters[number + 1].place).name})")
    return " · ".join(links)


def contents(chapters: list[Chapter]) -> str:
    """A list of all chapters and of the headings in them, part by part."""
    lines = ["## Contents", ""]
    part = ""
    for chapter in chapters:
        if chapter.part != part:
            part = chapter.part
            lines += ["", f"### {part}", ""]
        lines.append(f"- [{chapter.title}]({chapter.place})")
        lines += [f"    - [{title}]({chapter.place}#{anchor(title)})" for title in chapter.headings[1:]]
    return "\n".join(lines) + "\n"


def split(staged: Path) -> list[Chapter]:
    """Write the chapters of the staged description, and lead the links of all staged pages to them."""
    preface, chapters = chapters_of((staged / PAGE).read_text(encoding="utf-8"))
    places = places_of(chapters)
    for page in staged.rglob("*.md"):
        place = page.relative_to(staged).as_posix()
        if place != PAGE:
            text = page.read_text(encoding="utf-8")
            if PAGE in text:
                page.write_text(linked(text, place, place, places), encoding="utf-8")
    (staged / FOLDER).mkdir()
    for number, chapter in enumerate(chapters):
        text = RULED_OFF.sub("\n", linked("\n".join(chapter.lines), chapter.place, PAGE, places))
        text = f"{text.rstrip()}\n\n---\n\n{turned(chapters, number)}\n"
        (staged / chapter.place).write_text(text, encoding="utf-8")
    preface = linked(CONTENTS.sub("", preface), PAGE, PAGE, places)
    (staged / PAGE).write_text(f"{preface.rstrip()}\n\n{contents(chapters)}", encoding="utf-8")
    return chapters


def navigated(configuration: str, chapters: list[Chapter]) -> str:
    """The settings with the chapters in the navigation, under the contents."""
    if LISTED not in configuration:
        sys.exit(f"zensical.toml: the navigation has no {LISTED}")
    listed = ", ".join(f'{{ "{chapter.title}" = "{chapter.place}" }}' for chapter in chapters)
    return configuration.replace(LISTED, f'{{ "In full (ODD)" = ["{PAGE}", {listed}] }}')
