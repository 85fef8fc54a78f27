"""Numbers that move are said to move, with the reason, in the changelog."""

import re

import pytest
from baseline import refresh

TEXT = refresh.CHANGELOG.read_text(encoding="utf-8")
VERSIONS = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]


def test_every_version_has_its_three_headings():
    for version in VERSIONS:
        found = re.findall(r"^### (.+)$", version, flags=re.MULTILINE)
        assert found == ["Results change", "For users", "Internal"], version.splitlines()[0]


def test_the_baseline_is_the_one_that_the_changelog_last_named():
    named = re.findall(r"Baseline\s+([0-9a-f]{8})\.", TEXT)
    now = refresh.named(refresh.BASELINE.read_text(encoding="utf-8"))
    said = 'numbers moved: uv run python tests/baseline/refresh.py "why they move"'
    assert named[0] == now, said


def test_a_new_baseline_is_written_down_first_of_the_newest_version():
    changed = refresh.with_entry(TEXT, "Relapse is counted from the month before.", "0123abcd")
    entry = "- Relapse is counted from the month before. Baseline 0123abcd.\n"
    assert changed.replace(entry, "", 1) == TEXT
    assert re.findall(r"Baseline\s+([0-9a-f]{8})\.", changed)[0] == "0123abcd"
    assert entry in re.split(r"^## ", changed, flags=re.MULTILINE)[1]


def test_a_version_without_its_heading_is_refused():
    with pytest.raises(ValueError, match="no heading"):
        refresh.with_entry("# Changes\n\n## 0.2\n\n## 0.1\n\n### Results change\n", "why", "0123abcd")


@pytest.mark.parametrize("words", [[], [""], ["two", "words"]])
def test_numbers_do_not_move_without_a_reason(words):
    before = refresh.BASELINE.read_bytes()
    with pytest.raises(SystemExit, match="say in one sentence why"):
        refresh.main(words)
    assert refresh.BASELINE.read_bytes() == before


def test_what_moved_is_written_in_both_places(tmp_path, monkeypatch):
    for name in ("BASELINE", "CHANGELOG"):
        there = tmp_path / getattr(refresh, name).name
        there.write_bytes(getattr(refresh, name).read_bytes())
        monkeypatch.setattr(refresh, name, there)
    monkeypatch.setattr(refresh, "outcomes", lambda: {"a world": {"outcomes": {"gap": 0.5}}})
    refresh.main(["For a test"])
    written = refresh.BASELINE.read_text(encoding="utf-8")
    assert '"gap": 0.5' in written
    assert f"- For a test. Baseline {refresh.named(written)}." in refresh.CHANGELOG.read_text(
        encoding="utf-8"
    )
    with pytest.raises(SystemExit, match="no number moved"):
        refresh.main(["Again"])
