"""Build the documentation as a site that needs no network: open `build/site/index.html` in any browser.

    uv run --group docs python docs/build_site.py                    with the tutorials run: a minute
    uv run --group docs python docs/build_site.py --as-written       with the tutorials as they are written: half a minute

The charts of the reference are drawn first, from the numbers kept beside its pages. Then pages are staged: those of
`docs/` and those that stand beside what they describe (`CONTRIBUTING.md`, the READMEs of folders); files that pages point to
become pages of their own, so that a link into the code works offline too. Zensical then builds them, strictly: a page or a
link that is missing fails. Last, equations become MathML, which browsers draw by themselves, and the whole is searched for
anything that would be fetched from outside.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import odd_chapters
import tutorials
from latex2mathml.converter import convert

ROOT = Path(__file__).resolve().parents[1]
STAGED = ROOT / "build" / "site-pages"
SITE = ROOT / "build" / "site"
CHARTS = ROOT / "docs" / "reference" / "charts.py"
AS_WRITTEN = "--as-written"
BESIDE = (
    "CONTRIBUTING.md", "CHANGELOG.md", "scenarios/README.md", "experiments/README.md", "results/README.md",
    "sim/data/README.md", "benchmarks/README.md",
)  # fmt: skip
"""Pages that stand beside what they describe."""
KEPT = (".md", ".svg", ".png", ".css", ".csv")
LINK = re.compile(r"(\]\()([^)\s#]+)((?:#[^)\s]*)?\))")
ITEM = re.compile(r"(?:\d+\.|[-*]) +")
DEPTH = 4
"""Spaces before what belongs to an item of a list, as the generator wants them; pages stand flush with the item's text."""
FENCED = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)
LANGUAGES = {
    ".py": "python",
    ".yaml": "yaml",
    ".toml": "toml",
    ".cff": "yaml",
    ".js": "js",
    ".csv": "text",
    ".json": "json",
}
INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
DISPLAYED = re.compile(r'<div class="arithmatex">\s*\\\[(.*?)\\\]\s*</div>', re.DOTALL)
SHIM = re.compile(r'<script src="https://unpkg\.com/iframe-worker/shim"[^>]*></script>')
SEARCH = "offline_search.js"
CARRIED = """// A page that was opened from a file may not start a worker from another file, so its text is carried here.
const worker = %s;
window.Worker = class extends window.Worker {
  constructor(address, options) {
    super(URL.createObjectURL(new Blob([worker], { type: "text/javascript" })), options);
  }
};
"""
LONG = 40
"""Letters of an equation in a line beyond which it may be scrolled on a narrow screen."""
TAG = re.compile(r"<[^>]*>")
FETCHED = re.compile(r'<(?:script|img|iframe|source|video|audio)\b[^>]*\bsrc="((?:https?:)?//[^"]+)"')
FETCHED_LINK = re.compile(
    r'<link\b(?=[^>]*\brel="(?:stylesheet|preconnect|icon|preload)")[^>]*\bhref="((?:https?:)?//[^"]+)"'
)
FETCHED_STYLE = re.compile(r"@import[^;]*|url\(\s*[\"']?(?:https?:)?//[^)]*")


def main() -> None:
    """Draw the charts, stage, build, draw the equations, look for requests."""
    subprocess.run([sys.executable, str(CHARTS)], check=True)
    shutil.rmtree(STAGED, ignore_errors=True)
    shutil.rmtree(SITE, ignore_errors=True)
    staging = Staging()
    staging.all()
    configuration = with_groups((ROOT / "zensical.toml").read_text(encoding="utf-8"))
    configuration = odd_chapters.navigated(configuration, odd_chapters.split(STAGED))
    staged_configuration = ROOT / "build" / "zensical.toml"
    staged_configuration.write_text(configuration.replace('"build/', '"'), encoding="utf-8")
    built = subprocess.run(
        ["zensical", "build", "--strict", "--clean", "--config-file", str(staged_configuration)],
        cwd=ROOT,
        check=False,
    )
    if built.returncode or not (SITE / "index.html").is_file():
        sys.exit("the site was not built: see above")
    carry_the_search()
    drawn = sum(draw_equations(page) for page in SITE.rglob("*.html"))
    left = [f"{page.relative_to(SITE)}: {found}" for page in SITE.rglob("*.html") for found in stray(page)]
    if left:
        sys.exit("equations that were not drawn:\n" + "\n".join(sorted(left)))
    asked = [found for page in SITE.rglob("*") for found in requests(page)]
    if asked:
        sys.exit("these would be fetched from outside:\n" + "\n".join(sorted(set(asked))))
    pages = len(list(SITE.rglob("*.html")))
    print(f"{pages} pages, {drawn} equations, nothing fetched from outside: {SITE / 'index.html'}")


def stray(page: Path) -> list[str]:
    """Dollars and backslashes that a reader would see: an equation that was not drawn, or an escape that was not taken out."""
    text = re.sub(
        r"<(script|style|code|pre|svg|title)\b.*?</\1>",
        "",
        page.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    return [
        " ".join(found.split())
        for found in re.findall(r".{0,40}(?:\$|\\[A-Za-z_{]).{0,40}", TAG.sub(" ", text))
    ]


def with_groups(configuration: str) -> str:
    """The settings with the generated pages of parameter groups in the navigation."""
    named = {Path(path).stem for path in re.findall(r'"reference/([^"]+)"', configuration)}
    groups = sorted(p.stem for p in (ROOT / "docs" / "reference").glob("*.md") if p.stem not in named)
    listed = ", ".join(f'{{ "{group}" = "reference/{group}.md" }}' for group in groups)
    return configuration.replace('{ "Parameters" = [] }', f'{{ "Parameters" = [{listed}] }}')


def stood_in(text: str) -> str:
    """A page in which code and paragraphs within an item of a list stand in as the generator wants them."""
    lines, width, fenced = [], 0, False
    for line in text.splitlines():
        item = ITEM.match(line)
        fenced ^= line.startswith("```")
        if item and not fenced:
            width = len(item.group())
        elif line and not line.startswith(" "):
            width = 0
        elif width and line.startswith(" " * width):
            line = " " * DEPTH + line[width:]
        lines.append(line)
    return "\n".join(lines) + "\n"


class Staging:
    """Copies pages to where the generator looks for them, and turns links between files into links between pages."""

    def __init__(self) -> None:
        self.pages: dict[Path, str] = {}
        for path in (ROOT / "docs").rglob("*"):
            if path.suffix in KEPT:
                self.pages[path] = path.relative_to(ROOT / "docs").as_posix()
        for name in BESIDE:
            self.pages[ROOT / name] = name
        self.pages[ROOT / "README.md"] = "overview.md"
        self.shown: list[Path] = []
        self.executed: dict[Path, str] = {}

    def all(self) -> None:
        """Stage every page, the tutorials with what came out of them, and the files that they point to."""
        notebooks = sorted(path for path in self.pages if tutorials.is_tutorial(path))
        (STAGED / "tutorials").mkdir(parents=True)
        if AS_WRITTEN not in sys.argv:
            self.executed = dict(zip(notebooks, tutorials.pages(notebooks, STAGED), strict=True))
        for path, place in list(self.pages.items()):
            target = STAGED / place
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix == ".md":
                text = self.executed.get(path) or path.read_text(encoding="utf-8")
                target.write_text(stood_in(self.linked(text, path, place)), encoding="utf-8")
            else:
                shutil.copy(path, target)
        for path in self.shown:
            self.show(path)

    def linked(self, text: str, path: Path, place: str) -> str:
        """The text of a page with its links leading to staged pages; code is left alone."""
        parts = FENCED.split(text)
        return "".join(
            part if FENCED.fullmatch(part) else LINK.sub(lambda m: self.link(m, path, place), part)
            for part in parts
        )

    def link(self, found: re.Match[str], path: Path, place: str) -> str:
        """One link, from a page staged at `place`."""
        start, target, end = found.groups()
        if re.match(r"[a-z]+:", target):
            return found.group()
        file = (path.parent / target).resolve()
        if file not in self.pages:
            if not file.exists():
                sys.exit(f"{path.relative_to(ROOT)}: there is no {target}")
            self.pages[file] = f"source/{file.relative_to(ROOT).as_posix().rstrip('/')}.md"
            self.shown.append(file)
        return start + os.path.relpath(self.pages[file], Path(place).parent).replace(os.sep, "/") + end

    def show(self, path: Path) -> None:
        """Stage a file that is no page as a page that shows it; a folder as the list of what is in it."""
        target = STAGED / self.pages[path]
        target.parent.mkdir(parents=True, exist_ok=True)
        name = path.relative_to(ROOT).as_posix()
        lines = [f"# `{name}`", ""]
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if not p.name.startswith(("_", ".")))
            lines += [f"- `{p.name}{'/' if p.is_dir() else ''}`" for p in inside]
        else:
            fence = "````" if "```" in path.read_text(encoding="utf-8") else "```"
            language = LANGUAGES.get(path.suffix, "text")
            lines += [f"{fence}{language}", path.read_text(encoding="utf-8").rstrip("\n"), fence]
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")


def draw_equations(page: Path) -> int:
    """Replace the equations of a built page by MathML; returns how many there were."""
    text = page.read_text(encoding="utf-8")
    count = 0

    def mathml(found: re.Match[str], display: str) -> str:
        nonlocal count
        count += 1
        written = html.unescape(found.group(1)).strip()
        # The converter keeps the backslash of an escaped underscore.
        drawn = convert(written, display=display).replace("\\_", "_")
        return f'<span class="long">{drawn}</span>' if display == "inline" and len(written) > LONG else drawn

    text = INLINE.sub(lambda m: mathml(m, "inline"), text)
    text = DISPLAYED.sub(lambda m: f'<div class="equation">{mathml(m, "block")}</div>', text)
    if "arithmatex" in text:
        sys.exit(f"{page}: an equation was not drawn")
    page.write_text(text, encoding="utf-8")
    return count


def carry_the_search() -> None:
    """Let the search work without a network: the generator would fetch a script for that from outside."""
    (worker,) = (SITE / "assets" / "javascripts" / "workers").glob("search.*.js")
    (SITE / SEARCH).write_text(CARRIED % json.dumps(worker.read_text(encoding="utf-8")), encoding="utf-8")
    for page in SITE.rglob("*.html"):
        there = os.path.relpath(SITE / SEARCH, page.parent).replace(os.sep, "/")
        text, count = SHIM.subn(f'<script src="{there}"></script>', page.read_text(encoding="utf-8"))
        if count != 1:
            sys.exit(f"{page}: the generator no longer fetches its script; see `carry_the_search`")
        page.write_text(text, encoding="utf-8")


def requests(page: Path) -> Iterator[str]:
    """What a browser would fetch from outside to show a file of the site."""
    if page.suffix not in (".html", ".css"):
        return
    text = page.read_text(encoding="utf-8")
    patterns = (FETCHED, FETCHED_LINK) if page.suffix == ".html" else (FETCHED_STYLE,)
    for pattern in patterns:
        yield from (f"{page.relative_to(SITE)}: {found.group()}" for found in pattern.finditer(text))


if __name__ == "__main__":
    main()
