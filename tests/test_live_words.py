"""The words of the live view: all in one table, all used, and all of them there in another language."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from live_moves import TWIN
from starlette.testclient import TestClient

from sim.cli import main
from sim.live import i18n, metadata, views
from sim.live.server import PAGE, Live
from sim.model.geography import territory
from sim.model.parameters import Parameters

pytest_plugins = ("live_browser",)

SERVER = PAGE.parent
TABLE = json.loads((i18n.LANGUAGES / "en.json").read_text(encoding="utf-8"))


def page_sources():
    return {path.name: path.read_text("utf-8") for path in PAGE.glob("*") if path.suffix in (".js", ".html")}


def every_source():
    server = {path.name: path.read_text("utf-8") for path in SERVER.glob("*.py")}
    return "\n".join([*page_sources().values(), *server.values()])


def test_every_word_there_is_used():
    text = every_source()
    named = set(re.findall(r'data-say(?:-label|-title)?="([^"]+)"', text))
    named |= set(re.findall(r"""["']([a-z_]+(?:\.[a-z_]+)*)["']""", text))
    # A key made of parts, as in say(`stage.${name}`), stands for every key of that form.
    made = [
        re.sub(r"\$?\{[^}]*\}", "*", each)
        for each in re.findall(r"[`\"]([a-z_.]*\$?\{[^`\"]+\}[a-z_.]*)[`\"]", text)
    ]
    made += ["group.*", *(f"story.*.{who}" for who in ("named", "many", "all"))]
    forms = [re.escape(each).replace(r"\*", ".+") for each in made if each.strip("*.")]
    stems = {key: re.sub(r"\.(one|many)$", "", key) for key in TABLE}
    unused = [
        key
        for key, stem in stems.items()
        if not {key, stem, re.sub(r"\.named$", "", stem)} & named
        and not any(re.fullmatch(form, name) for form in forms for name in (key, stem))
    ]
    assert not unused


def test_every_word_asked_for_is_in_the_table():
    text = every_source()
    asked = set(re.findall(r'\b(?:say\(|data-say(?:-label|-title)?=)"([^"]+)"', text))
    assert len(asked) > 150
    assert not {key for key in asked if key not in TABLE}
    for key in set(re.findall(r'\bcount\("([^"]+)"', text)):
        assert {f"{key}.one", f"{key}.many"} <= set(TABLE)


NOT_FOR_READERS = {
    *(
        "ArrowLeft",
        "ArrowRight",
        "ArrowUp",
        "ArrowDown",
        "Home",
        "End",
        "Enter",
        "PageDown",
        "PageUp",
        "Escape",
    ),
    *("POST", "Content-Type", "Content-Disposition", "X-Gapsim-Code", "M", "L", "Z"),
}


def test_no_words_for_readers_stand_in_the_modules_of_the_page():
    wrong = []
    for name, text in page_sources().items():
        if name.endswith(".js"):
            code = re.sub(r"^\s*(//|/?\*).*$|//[^\n\"'`]*$", "", text, flags=re.MULTILINE)
            code = re.sub(r"\$\{[^{}]*\}", "", code)
            said = [a or b for a, b in re.findall(r'"([^"\n]*)"|`([^`\n]*)`', code)]
            wrong += [(name, each) for each in said if _is_prose(each)]
        else:
            body = re.sub(
                r"<!--.*?-->|<noscript>.*?</noscript>|<title>.*?</title>", "", text, flags=re.DOTALL
            )
            wrong += [(name, each) for each in re.findall(r">([^<>]*[A-Za-z][^<>]*)<", body)]
    assert not wrong


def _is_prose(text: str) -> bool:
    """Words as a reader sees them: a capital, or a sentence; not a name of a class, a key, a path or a number."""
    if text in NOT_FOR_READERS or not re.search(r"[A-Za-z]{2}", text):
        return text not in NOT_FOR_READERS and bool(re.fullmatch(r"[A-Za-z]", text) and text.isupper())
    return (
        bool(re.match(r"[A-Z][a-z]", text))
        or len(re.findall(r"(?<![\w.#\[:-])[a-z]{2,}(?= |[.,]?$)", text)) > 3
    )


def test_what_a_module_of_the_page_gives_is_taken_and_what_it_takes_is_used():
    modules = {name: text for name, text in page_sources().items() if name.endswith(".js")}
    given, taken, idle = set(), set(), []
    for module, text in modules.items():
        given |= {
            (module, name)
            for name in re.findall(r"^export (?:async )?(?:function|const|class) (\w+)", text, re.M)
        }
        for names, source in re.findall(r'^import \{([^}]+)\} from "\./(.+)";', text, re.M):
            for name in filter(None, map(str.strip, names.split(","))):
                taken.add((source, name.split(" as ")[0]))
                if len(re.findall(rf"\b{name.split(' as ')[-1]}\b", text)) < 2:
                    idle.append((module, name))
    assert len(given) > 50
    assert given == taken
    assert not idle


@pytest.mark.parametrize("file", sorted(i18n.LANGUAGES.glob("*.json")), ids=lambda path: path.stem)
def test_a_language_has_the_keys_of_the_table_and_the_values_that_go_into_them(file: Path):
    pairs = json.loads(file.read_text(encoding="utf-8"), object_pairs_hook=list)
    found = dict(pairs)
    assert len(found) == len(pairs), "a key is given twice"
    known = {**metadata.words_of_the_model(views.available()), **TABLE}
    assert not set(found) - set(known)
    for key, text in found.items():
        assert text, key
        assert set(re.findall(r"\{\w+\}", text)) <= set(re.findall(r"\{\w+\}", known[key])), key


def widened(text: str) -> str:
    """A text with other letters, so that a text that does not come from the table is noticed; places for values stay."""
    parts = re.split(r"(\{\w+\})", text)
    return "".join(
        part if part[:1] == "{" else re.sub("[A-Za-z]", lambda m: chr(ord(m[0]) + 0xFEE0), part)
        for part in parts
    )


def test_what_the_model_and_the_table_both_name_they_name_alike():
    model = metadata.words_of_the_model(views.available())
    both = set(model) & set(TABLE)
    assert {"stage.shift", "kind.users"} <= both
    assert {key: model[key] for key in both} == {key: TABLE[key] for key in both}


def test_a_plain_word_stands_for_a_word_of_the_model():
    model = metadata.words_of_the_model(views.available())
    plain = {key.removeprefix("plain.") for key in TABLE if key.startswith("plain.")}
    assert len(plain) > 10
    assert plain <= set(model)
    declared = metadata.everything(views.available())
    shown = {f"{kind}.{each['name']}": each for kind in ("cause", "stage") for each in declared[f"{kind}s"]}
    assert {key: shown[key]["label"] for key in plain} == {key: TABLE[f"plain.{key}"] for key in plain}
    assert {key: shown[key]["term"] for key in plain} == {key: model[key] for key in plain}


@pytest.fixture
def strange(tmp_path, monkeypatch):
    """A language of which every letter is another."""
    every = {**metadata.words_of_the_model(views.available()), **TABLE}
    table = {key: widened(text) for key, text in every.items()} | {"language": "gd"}
    (tmp_path / "en.json").write_text(json.dumps(TABLE), encoding="utf-8")
    (tmp_path / "xx.json").write_text(json.dumps(table), encoding="utf-8")
    monkeypatch.setattr(i18n, "LANGUAGES", tmp_path)
    i18n._table.cache_clear()
    i18n.speak("xx")
    yield table
    i18n.speak(i18n.ENGLISH)
    i18n._table.cache_clear()


PLACES = re.compile(
    "|".join(sorted(map(re.escape, territory(Parameters().population.places).name), key=len, reverse=True))
)


def not_from_the_table(said):
    """Texts with letters of their own, but for the names of places, which are the same in every language."""
    return sorted({text for text in said if re.search("[A-Za-z]{2}", PLACES.sub("", text))})


SEEN = """() => { const found = []; const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const e = walk.currentNode.parentElement;
    if (!e.closest('noscript, script, style')) found.push(walk.currentNode.textContent) }
  for (const e of document.querySelectorAll('[aria-label], [title], [aria-valuetext]'))
    for (const name of ['aria-label', 'title', 'aria-valuetext']) if (e.hasAttribute(name)) found.push(e.getAttribute(name));
  return [document.title, document.documentElement.lang, ...found] }"""


def test_the_page_says_nothing_that_is_not_in_the_table(room, strange, served_now):
    page = room.open("#m=120&place=S12000049&guess=100.95.90.85.80.75.70.65.60.55.50&votes=3.0.9"
                     "&a.work.load=2&a.work.form=minimum&b@60.power.agenda=centre:1,authorities:0,third_sector:0,users:0",
                     address=served_now.address)  # fmt: skip
    page.locator(".do-spread").click()
    page.wait_for_selector(".chart.spread")
    page.evaluate("() => document.querySelectorAll('details').forEach((part) => (part.open = true))")
    page.wait_for_selector("details[data-group=reference] .lever")
    page.wait_for_selector(".figure-people tbody")
    title, language, *said = page.evaluate(SEEN)
    assert language == "gd"
    assert len(said) > 2000
    assert not not_from_the_table([title, *said])


@pytest.fixture
def served_now(strange):
    """A server that was started in the language spoken now."""
    from live_browser import serve

    yield from serve(None)


def test_story_sentences_and_refusals_speak_the_language_too(strange):
    client = TestClient(Live(views.available()).application(), base_url="http://127.0.0.1:8123")
    received = client.post("/api/run", json=TWIN).json()
    said = [*received["sentences"], *(line["text"] for side in received["sides"] for line in side["story"])]
    said += [side["sentence"] for side in received["sides"]]
    assert len(said) > 200
    assert not not_from_the_table(said)
    refused = client.get("/nowhere").json()["problems"][0]["wrong"]
    assert refused == strange["refused.nothing"]


def test_what_a_language_leaves_out_is_said_in_english(tmp_path, monkeypatch):
    (tmp_path / "en.json").write_text(json.dumps(TABLE), encoding="utf-8")
    (tmp_path / "gd.json").write_text('{"month.n": "Mìos {n}"}', encoding="utf-8")
    monkeypatch.setattr(i18n, "LANGUAGES", tmp_path)
    i18n._table.cache_clear()
    try:
        i18n.speak("gd")
        assert i18n.languages() == ["en", "gd"]
        assert i18n.say("month.n", n=3) == "Mìos 3"
        assert i18n.say("nav.twin") == TABLE["nav.twin"]
        assert i18n.declared("cause.will", "will") == "will"
    finally:
        i18n.speak(i18n.ENGLISH)
        i18n._table.cache_clear()


def test_a_language_that_there_is_not_is_refused_with_those_there_are(capsys):
    assert main.execute(["live", "--language", "gd"]) == 2
    said = capsys.readouterr().err
    assert "--language = gd: must be one of en" in said
