"""The description of the model is split into chapters for the site, and every link to it leads to the right heading."""

import re
import shutil
from pathlib import Path

import pytest
import worlds

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
chapters = worlds.script(DOCS / "odd_chapters.py")
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if page.parent.name != "tutorials"]


@pytest.fixture(scope="module")
def staged(tmp_path_factory):
    """The pages of the documentation as they are staged, split."""
    folder = tmp_path_factory.mktemp("staged")
    for page in PAGES:
        (folder / page.relative_to(DOCS)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(page, folder / page.relative_to(DOCS))
    made = chapters.split(folder)
    return folder, made


@pytest.fixture(scope="module")
def odd():
    return (DOCS / "odd.md").read_text(encoding="utf-8")


def prose(page):
    """A page without its code."""
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(page):
    """Anchors of the headings of a page."""
    return {chapters.anchor(found) for found in re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)}


def test_there_is_a_page_for_every_chapter_and_each_heading_is_on_one(staged, odd):
    folder, made = staged
    wanted = re.findall(r"^## (.+)$", odd, flags=re.MULTILINE)
    assert [chapter.title for chapter in made] == wanted
    assert {chapter.part for chapter in made} == {"Overview", "Design concepts", "Details"}
    for chapter in made:
        page = (folder / chapter.place).read_text(encoding="utf-8")
        assert page.startswith(f"# {chapter.title}\n")
        assert (
            len(re.findall(r"^# ", re.sub(r"```.*?```", "", page, flags=re.DOTALL), flags=re.MULTILINE)) == 1
        )
    below = re.findall(r"^#{2,} (.+)$", odd, flags=re.MULTILINE)
    assert [title for chapter in made for title in chapter.headings] == below


def test_nothing_of_the_page_is_lost(staged, odd):
    folder, made = staged
    whole = "".join((folder / chapter.place).read_text(encoding="utf-8") for chapter in made)
    whole += (folder / "odd.md").read_text(encoding="utf-8")
    split = set(map(str.strip, whole.splitlines()))
    for line in odd.splitlines():
        if "](" not in line and not line.startswith("#") and line != "---":
            assert line.strip() in split, line


def test_every_link_to_a_heading_resolves(staged):
    folder, _ = staged
    checked = 0
    for page in sorted(folder.rglob("*.md")):
        for target, to in re.findall(r"\]\(([^)\s#]*)#([^)\s]+)\)", prose(page)):
            if re.match(r"[a-z]+:", target):
                continue
            goal = (page.parent / target).resolve() if target else page
            if not goal.is_relative_to(folder):
                continue  # what stands beside the documentation is staged by the site itself
            assert goal.is_file(), f"{page.relative_to(folder)}: {target}"
            assert to in anchors(goal), f"{page.relative_to(folder)}: {target}#{to}"
            assert goal != folder / "odd.md" or page == goal
            checked += "odd/" in goal.relative_to(folder).as_posix()
    assert checked > 100


def test_links_of_a_chapter_to_other_pages_resolve(staged):
    folder, made = staged
    for chapter in made:
        page = folder / chapter.place
        for target in re.findall(r"\]\(([^)\s#]+\.(?:md|svg|png|csv))(?:#[^)\s]*)?\)", prose(page)):
            if re.match(r"[a-z]+:", target):
                continue
            staged_page = (page.parent / target).resolve().is_file()
            # What stands beside the documentation is staged by the site itself.
            beside = DOCS / target.removeprefix("../")
            assert staged_page or beside.exists(), f"{chapter.place}: {target}"


def test_chapters_lead_to_one_another(staged):
    folder, made = staged
    for number, chapter in enumerate(made):
        last = (folder / chapter.place).read_text(encoding="utf-8").rstrip().splitlines()[-1]
        assert "[Contents](../odd.md)" in last
        assert ("[← " in last) == (number > 0)
        assert (" →](" in last) == (number + 1 < len(made))


def test_code_and_links_from_outside_are_left_alone():
    places = {"8-submodels": "odd/8-submodels.md"}
    text = "[a](odd.md#8-submodels) [b](https://x.org/odd.md#c) [c](#own)\n\n```text\n[d](odd.md#e)\n```\n"
    split = chapters.linked(text, "faq.md", "faq.md", places)
    assert split == text.replace("(odd.md#8-submodels)", "(odd/8-submodels.md#8-submodels)")
    deeper = chapters.linked("[a](../odd.md#8-submodels)", "guides/x.md", "guides/x.md", places)
    assert deeper == "[a](../odd/8-submodels.md#8-submodels)"
    assert chapters.linked("[a](faq.md) [b](#8-submodels)", "odd/9.md", "odd.md", places) == (
        "[a](../faq.md) [b](8-submodels.md#8-submodels)"
    )


def test_a_link_to_a_heading_that_is_not_there_stops_the_build():
    with pytest.raises(SystemExit, match="no heading gone"):
        chapters.linked("[a](odd.md#gone)", "faq.md", "faq.md", {})


def test_chapters_stand_in_the_navigation_under_the_contents(staged):
    _, made = staged
    settings = (ROOT / "zensical.toml").read_text(encoding="utf-8")
    navigation = chapters.navigated(settings, made)
    assert all(f'{{ "{chapter.title}" = "{chapter.place}" }}' in navigation for chapter in made)
    assert '["odd.md", ' in navigation
