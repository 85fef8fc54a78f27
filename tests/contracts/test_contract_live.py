"""The live view's API: routes, what may be asked, what is answered, what is refused."""

from __future__ import annotations

import csv
import io
import re
from unittest import mock

import pytest
import yaml
from contract import ADDRESS, hold, shape
from starlette.routing import Route
from starlette.testclient import TestClient

from sim.live.access import AccessCode
from sim.live.server import Live
from sim.live.session import find
from sim.live.session import read as read_deck

FAMILY = "live"
SMALL = {"population.months": 24, "population.users": 64, "changes.arriving": 4}
MOVE = {"month": 12, "key": "mechanisms.pace", "value": 1.0, "places": ["Fife"], "until": 20}
ROW = {"centre": 1.0, "authorities": 0.0, "third_sector": 0.0, "users": 0.0}
MOVES = [
    MOVE,
    {"month": 6, "key": "power.agenda", "value": ROW},
    {"month": 7, "key": "work.load", "value": 2},
]
SIDE = {"scenario": "hierarchy", "set": SMALL, "moves": MOVES}
VIEW = {"v": 1, "sides": [SIDE, {"scenario": "distributed", "set": SMALL}], "seed": 7, "replication": 1}
DOWNLOAD = {"view": VIEW, "kind": "csv", "side": 1}
MAPS = ("set", "resolved", "largest", "aliases")
"""Fields of answers whose keys are parameters or names."""


def asked(client, address, content):
    answer = client.post(f"/api/{address}", json=content)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_routes(application):
    """Method and path. The guard stands before the routes."""
    routes = [route for route in application.app.routes if isinstance(route, Route)]
    hold(FAMILY, "routes", {route.path: ", ".join(sorted(route.methods)) for route in routes})


def test_files_of_the_page_that_others_link_to(client):
    paths = ("/", "/page/index.html", "/page/strings.json", "/page/words.js")
    kinds = {path: client.get(path).headers.get("content-type") for path in paths}
    hold(FAMILY, "page", kinds)


# What may be asked


def without(content, path):
    """A request without one of its fields; `sides.scenario` is that of its first side."""
    first, _, rest = path.partition(".")
    if not rest:
        return {key: part for key, part in content.items() if key != first}
    inner = content[first]
    return {
        **content,
        first: [without(inner[0], rest), *inner[1:]] if isinstance(inner, list) else without(inner, rest),
    }


def paths(content, most=2):
    for key, part in content.items():
        yield key
        inner = part[0] if isinstance(part, list) and part else part
        if isinstance(inner, dict) and most and key not in ("set", "value"):
            yield from (f"{key}.{below}" for below in paths(inner, most - 1))


ASKED = {
    "run": VIEW,
    "spread": {**VIEW, "futures": 2},
    "download": {**DOWNLOAD, "kind": "yaml"},
}


@pytest.mark.parametrize(("address", "content"), ASKED.items(), ids=ASKED)
def test_what_is_needed(client, address, content):
    """Every field of a request, whether it may be left out, and that no other is taken."""
    assert client.post(f"/api/{address}", json=content).status_code == 200
    found = {}
    for path in paths(content):
        answer = client.post(f"/api/{address}", json=without(content, path))
        found[path] = "optional" if answer.status_code == 200 else f"needed, {answer.status_code}"
    found["another"] = f"refused, {client.post(f'/api/{address}', json={**content, 'zeal': 1}).status_code}"
    hold(FAMILY, f"{address}: asked", found)


# What is answered


def test_answer_of_run(client):
    one = {"sides": [{"scenario": "crisis"}]}
    # Half delivery is reached where nothing stands in the way.
    easy = {"sides": [{"scenario": "baseline", "set": {"mechanisms": "none", "work.top_speed": 10}}]}
    found = [asked(client, "run", view) for view in (VIEW, one, easy)]
    hold(FAMILY, "run: answer", shape(*found, maps=MAPS))


def test_answer_of_spread(client):
    one = {**VIEW, "sides": VIEW["sides"][:1]}
    found = [asked(client, "spread", {**view, "futures": 2}) for view in (VIEW, one)]
    hold(FAMILY, "spread: answer", shape(*found, maps=MAPS))


def test_answer_of_declarations(known, declarations):
    played = Live(known, deck=read_deck(find("leaders"), known)).application()
    with_deck = TestClient(played, base_url=ADDRESS).get("/api/declarations").json()
    hold(FAMILY, "declarations: answer", shape(declarations, with_deck, maps=MAPS))


def test_entering(known):
    entry = AccessCode()
    client = TestClient(Live(known, entry).application(), base_url=ADDRESS)
    found = {
        "without a token": client.get("/api/declarations").status_code,
        "with a wrong token": client.get("/api/declarations", headers={"x-gapsim-code": "1.x"}).status_code,
        "a wrong code": client.post("/api/enter", json={"code": "WRONG"}).status_code,
        "no code": client.post("/api/enter", json={}).status_code,
        "the page": client.get("/").status_code,
    }
    said = asked(client, "enter", {"code": entry.code})
    inside = {"x-gapsim-code": said["token"]}
    found["with a token"] = client.get("/api/declarations", headers=inside).status_code
    hold(FAMILY, "enter", {**found, **shape(said)})


@pytest.mark.parametrize("kind", ["csv", "yaml", "python", "html"])
def test_downloads(client, kind):
    answer = client.post("/api/download", json={**DOWNLOAD, "kind": kind})
    assert answer.status_code == 200, answer.text
    name = re.sub(r"[0-9a-f]{12}", "HASH", answer.headers["content-disposition"])
    found = {"name": name, "type": answer.headers["content-type"]}
    if kind == "csv":
        found |= dict.fromkeys(next(csv.reader(io.StringIO(answer.text))), "column")
    if kind == "yaml":
        found |= {
            "first line": answer.text.splitlines()[0],
            **dict.fromkeys(yaml.safe_load(answer.text), "key"),
        }
    if kind == "python":
        found |= dict.fromkeys(re.findall(r"^from sim.*", answer.text, re.MULTILINE), "line")
    hold(FAMILY, f"download: {kind}", found, ordered=True)


# What is refused


def refusals():
    """Requests that are refused: method, path, and what goes with it."""
    post = "POST"
    yield "unknown path", ("GET", "/api/nothing", {})
    yield "unknown file", ("GET", "/page/nothing.js", {})
    yield "another method", ("PUT", "/api/run", {})
    yield "GET where POST is needed", ("GET", "/api/run", {})
    yield "POST where GET is needed", (post, "/api/declarations", {"json": {}})
    yield "another host", ("GET", "/", {"headers": {"host": "elsewhere.example"}})
    yield (
        "another origin",
        (post, "/api/run", {"json": VIEW, "headers": {"origin": "http://elsewhere.example"}}),
    )
    yield "another site", ("GET", "/api/declarations", {"headers": {"sec-fetch-site": "cross-site"}})
    yield "no JSON", (post, "/api/run", {"content": "{", "headers": {"content-type": "application/json"}})
    yield (
        "another kind of body",
        (post, "/api/run", {"content": "{}", "headers": {"content-type": "text/plain"}}),
    )
    yield "too large", (post, "/api/run", {"json": {"sides": "x" * 70_000}})
    yield "no object", (post, "/api/run", {"json": []})
    yield "three sides", (post, "/api/run", {"json": {"sides": [SIDE] * 3}})
    yield "unknown scenario", (post, "/api/run", {"json": {"sides": [{"scenario": "hierarchi"}]}})
    yield "unknown key", (post, "/api/run", {"json": {"sides": [{**SIDE, "set": {"work.lod": 1}}]}})
    yield "out of range", (post, "/api/run", {"json": {"sides": [{**SIDE, "set": {"work.load": 1000}}]}})
    yield (
        "too much to run",
        (post, "/api/run", {"json": {"sides": [{**SIDE, "set": {"population.months": 9999}}]}}),
    )
    yield "another version of a view", (post, "/api/run", {"json": {**VIEW, "v": 2}})
    yield "seed with a fraction", (post, "/api/run", {"json": {**VIEW, "seed": 1.5}})
    yield "one future", (post, "/api/spread", {"json": {**VIEW, "futures": 1}})
    yield "too many futures", (post, "/api/spread", {"json": {**VIEW, "futures": 51}})
    yield "unknown kind of download", (post, "/api/download", {"json": {**DOWNLOAD, "kind": "pdf"}})
    yield "no such side", (post, "/api/download", {"json": {**DOWNLOAD, "side": 2}})


@pytest.mark.parametrize(("name", "sent"), list(refusals()), ids=[name for name, _ in refusals()])
def test_refusal(client, name, sent):
    method, path, more = sent
    answer = client.request(method, path, **more)
    said = answer.json()
    keys = ", ".join(problem["key"] for problem in said["problems"])
    hold(FAMILY, f"refused: {name}", {"status": answer.status_code, "names": keys})
    assert all(set(problem) == {"where", "key", "value", "wrong", "nearest"} for problem in said["problems"])


def test_refusal_of_an_address_that_asks_too_much(known):
    live = Live(known)
    client = TestClient(live.application(), base_url=ADDRESS)
    with mock.patch.object(live.runs, "take", return_value=1.5):
        answer = client.post("/api/run", json=VIEW)
    names = ", ".join(problem["key"] for problem in answer.json()["problems"])
    found = {"status": answer.status_code, "names": names, "retry-after": answer.headers["retry-after"]}
    hold(FAMILY, "refused: too often", found)
