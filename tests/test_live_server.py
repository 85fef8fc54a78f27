"""The live server: who may ask, what is refused, that it goes on, and that clients do not meet."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from sim.cli import main
from sim.live import access, middleware, serve, server, views
from sim.live.access import ALPHABET, AccessCode, RateLimit
from sim.live.i18n import say
from sim.live.middleware import SECURITY_HEADERS
from sim.live.server import Live
from sim.model.geography import DATA
from sim.model.schema import declarations

ADDRESS = "http://127.0.0.1:8123"
TWIN = {"sides": [{"scenario": "hierarchy"}, {"scenario": "distributed"}]}
SHORT = {"sides": [{"scenario": "hierarchy", "set": {"population.months": 12, "population.users": 64}}]}


@pytest.fixture(scope="module")
def known():
    return views.available()


@pytest.fixture(scope="module")
def live(known):
    return Live(known)


@pytest.fixture(scope="module")
def client(live):
    return TestClient(live.application(), base_url=ADDRESS, raise_server_exceptions=False)


def refused(answer, status, key):
    assert answer.status_code == status, answer.text
    assert set(SECURITY_HEADERS) <= set(answer.headers)
    problems = answer.json()["problems"]
    assert problems
    assert key in {problem["key"] for problem in problems}, problems
    assert all(problem["wrong"] for problem in problems)
    return problems


def goes_on(client):
    assert client.post("/api/run", json=SHORT).status_code == 200


# What every answer says


@pytest.mark.parametrize("path", ["/", "/page/words.js", "/api/declarations", "/nowhere"])
def test_every_answer_says_what_the_browser_may_do(client, path):
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert not {"set-cookie", "server", "access-control-allow-origin"} & set(headers)


def test_the_page_and_its_files_are_served_with_their_kinds(client):
    assert client.get("/").headers["content-type"].startswith("text/html")
    assert client.get("/page/words.js").headers["content-type"].startswith("text/javascript")
    assert client.get("/").content == client.get("/page/index.html").content


# Host and Origin


@pytest.mark.parametrize("host", ["127.0.0.1:8123", "localhost:8123", "LOCALHOST:8123"])
def test_own_names_are_let_in(client, host):
    assert client.get("/api/declarations", headers={"host": host}).status_code == 200


FORGED = ["evil.example", "evil.example:8123", "127.0.0.1.evil.example:8123", "127.0.0.1", "127.0.0.1:80", "0.0.0.0:8123",
          "192.168.1.2:8123", "localhost.:8123", "localhost:8123@evil.example", ""]  # fmt: skip


@pytest.mark.parametrize("host", FORGED)
def test_a_forged_host_is_refused_also_with_an_origin_to_match(client, host):
    for headers in ({"host": host}, {"host": host, "origin": f"http://{host}"}):
        refused(client.get("/", headers=headers), 421, "Host")
        refused(client.post("/api/run", json=SHORT, headers=headers), 421, "Host")
    goes_on(client)


@pytest.mark.parametrize(
    ("server", "own"), [(("::1", 8123), "[::1]"), (("::ffff:192.168.1.5", 8123), "192.168.1.5")]
)
def test_addresses_of_the_newer_kind_are_known_as_people_write_them(live, server, own):
    inner = live.application()

    async def came_in_at(scope, receive, send):
        await inner({**scope, "server": server}, receive, send)

    client = TestClient(came_in_at, base_url=ADDRESS)
    assert client.get("/", headers={"host": f"{own}:8123"}).status_code == 200
    refused(client.get("/", headers={"host": "127.0.0.1:8123"}), 421, "Host")
    assert client.get("/", headers={"host": "localhost:8123"}).status_code == (200 if own == "[::1]" else 421)


def test_the_library_s_check_of_the_host_would_let_pass_what_ours_refuses(live, client):
    library = TestClient(TrustedHostMiddleware(live.application(), ["127.0.0.1"]), base_url=ADDRESS)
    alone = TestClient(TrustedHostMiddleware(PlainTextResponse("in"), ["127.0.0.1"]), base_url=ADDRESS)
    twice = [("host", "127.0.0.1:8123"), ("host", "evil.example")]
    for headers in ({"host": "127.0.0.1:80"}, twice):
        assert alone.get("/", headers=headers).text == "in"
        refused(client.get("/", headers=headers), 421, "Host")
    answer = library.get("/", headers={"host": "evil.example"})
    assert answer.headers["content-type"].startswith("text/plain")
    assert not set(SECURITY_HEADERS) & set(answer.headers)


def test_a_name_given_with_host_is_let_in_and_no_other(live):
    client = TestClient(live.application(("gapsim.local",)), base_url=ADDRESS)
    assert client.get("/", headers={"host": "gapsim.local:8123"}).status_code == 200
    refused(client.get("/", headers={"host": "gapsim.evil:8123"}), 421, "Host")


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://127.0.0.1",
        "https://127.0.0.1:8123",
        "http://localhost:8123",
        "",
    ],
)
def test_a_foreign_origin_is_refused(client, origin):
    for ask in (client.get("/api/declarations", headers={"origin": origin}),
                client.post("/api/run", json=SHORT, headers={"origin": origin})):  # fmt: skip
        refused(ask, 403, "Origin")
    assert client.post("/api/run", json=SHORT, headers={"origin": ADDRESS}).status_code == 200


def test_another_site_may_link_to_the_page_but_ask_nothing(client):
    link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    assert client.get("/", headers=link).status_code == 200
    refused(client.get("/api/declarations", headers=link), 403, "Sec-Fetch-Site")
    refused(client.get("/", headers={**link, "sec-fetch-dest": "iframe"}), 403, "Sec-Fetch-Site")
    script = {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"}
    refused(client.get("/page/words.js", headers=script), 403, "Sec-Fetch-Site")
    own = {"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}
    assert client.post("/api/run", json=SHORT, headers=own).status_code == 200


# Bodies


BAD_BODIES = {
    "nothing": b"",
    "no JSON": b"{",
    "not text": b"\xff\xfe\x00",
    "NaN": b'{"sides": [{"scenario": "hierarchy", "set": {"work.load": NaN}}]}',
    "infinity": b'{"sides": [{"scenario": "hierarchy", "set": {"work.load": -Infinity}}]}',
    "many digits": b'{"seed": ' + b"9" * 5000 + b"}",
    "a number longer than any seed": b'{"sides": [{"scenario": "hierarchy", "moves": '
    b'[{"month": 1, "key": "work.load", "value": 1' + b"0" * 400 + b"}]}]}",
    "a key twice": b'{"seed": 1, "seed": 2, "sides": [{"scenario": "hierarchy"}]}',
    "nested deeply": b"[" * 60_000,
    "nested deeply and closed": b"[" * 400 + b"]" * 400,
    "a setting nested deeply": b'{"sides": [{"set": {"work.load": ' + b"[" * 300 + b"]" * 300 + b"}}]}",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_bad_body_is_refused(client, body):
    for path in ("run", "spread", "download"):
        answer = client.post(f"/api/{path}", content=body, headers={"content-type": "application/json"})
        refused(answer, 400, "body")
    goes_on(client)


def test_a_body_of_ten_megabytes_is_refused_declared_or_not(client):
    body = b'{"sides": "' + b"x" * 10_000_000 + b'"}'
    json_kind = {"content-type": "application/json"}
    refused(client.post("/api/run", content=body, headers=json_kind), 413, "body")
    pieces = (body[k : k + 10_000] for k in range(0, len(body), 10_000))
    refused(client.post("/api/run", content=pieces, headers=json_kind), 413, "body")
    just_too_much = b" " * (access.LARGEST_BODY + 1)
    refused(client.post("/api/run", content=just_too_much, headers=json_kind), 413, "body")
    as_much_as_may_be = json.dumps(SHORT).encode().ljust(access.LARGEST_BODY)
    assert client.post("/api/run", content=as_much_as_may_be, headers=json_kind).status_code == 200


def test_a_body_that_does_not_come_is_given_up(live, monkeypatch):
    monkeypatch.setattr(middleware, "SECONDS_TO_SEND", 0.01)
    said = []

    async def never():
        await asyncio.Event().wait()

    async def send(message):
        said.append(message)

    headers = [
        (b"host", b"127.0.0.1:8123"),
        (b"content-type", b"application/json"),
        (b"content-length", b"9"),
    ]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/run",
        "scheme": "http",
        "server": ("127.0.0.1", 8123),
    }
    # In a thread of its own: a browser driven in this one may have left its event loop running.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, live.application()({**scope, "headers": headers}, never, send)).result()
    assert said[0]["status"] == 408
    assert json.loads(said[1]["body"])["problems"][0]["key"] == "body"


def test_only_json_is_read_so_that_no_form_can_post(client):
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/jsonp",
    ):
        answer = client.post("/api/run", content=json.dumps(SHORT), headers={"content-type": kind})
        refused(answer, 415, "Content-Type")


def test_other_methods_are_refused(client):
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        refused(client.request(method, "/api/run"), 405, "method")
    refused(client.get("/api/run"), 405, "request")
    refused(client.post("/", json={}), 405, "request")


# What a view may ask for


def run(client, **given):
    return client.post("/api/run", json={"sides": [{"scenario": "hierarchy", **given}]})


TOO_LARGE = {
    "population.users": 1_000_000_000,
    "population.months": 12_000,
    "population.bodies": 100_000,
    "changes.arriving": 1000,
    "changes.in_progress": 1000,
}


@pytest.mark.parametrize(("key", "value"), TOO_LARGE.items(), ids=TOO_LARGE)
def test_what_costs_too_much_is_refused(client, key, value):
    refused(run(client, set={key: value}), 400, key)
    refused(run(client, set={key: access.LARGEST[key] + 1}), 400, key)
    goes_on(client)


@pytest.mark.parametrize(
    "value", ["1.5", None, True, [1], {"a": 1}, "${oc.env:HOME}", "__import__('os')", 1e999]
)
def test_values_that_are_no_numbers_are_refused(client, value):
    moves = [{"month": 3, "key": "work.load", "value": value}]
    for given, key in (({"set": {"work.load": value}}, "work.load"), ({"moves": moves}, "moves")):
        # 1e999 is JSON, and infinite to whoever reads it.
        body = json.dumps({"sides": [{"scenario": "hierarchy", **given}]}).replace("Infinity", "1e999")
        answer = client.post("/api/run", content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400, answer.text
        assert [problem["key"].startswith(key) for problem in answer.json()["problems"]] == [True]
    goes_on(client)


REAL_TABLE = str(DATA / "councils.csv")
PATHS = [
    REAL_TABLE,
    "../../etc/passwd",
    "/etc/passwd",
    "..\\secrets",
    "%2e%2e%2fpasswd",
    "words.js/../../server.py",
    "words.js%00",
]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_from_a_client_is_a_path(client, path):
    assert client.get(f"/page/{path}").status_code == 404
    refused(run(client, set={"population.places": path}), 400, "population.places")
    refused(run(client, set={"population": {"places": path}}), 400, "population.places")
    refused(client.post("/api/run", json={"sides": [{"scenario": path}]}), 400, "scenario")
    refused(client.post("/api/download", json={"view": SHORT, "kind": path}), 400, "kind")
    assert run(client, moves=[{"month": 1, "key": "population.places", "value": path}]).status_code == 400
    assert (
        run(client, moves=[{"month": 1, "key": "work.load", "value": 1, "places": [path]}]).status_code == 400
    )
    goes_on(client)


SHAPES = {
    "no object": [],
    "no sides": {},
    "no list of sides": {"sides": "hierarchy"},
    "empty list": {"sides": []},
    "three sides": {"sides": [{"scenario": "hierarchy"}] * 3},
    "a side that is text": {"sides": ["hierarchy"]},
    "a scenario that is a list": {"sides": [{"scenario": ["hierarchy"]}]},
    "a setting that is a list": {"sides": [{"scenario": "hierarchy", "set": [1]}]},
    "moves that are an object": {"sides": [{"scenario": "hierarchy", "moves": {}}]},
    "a move that is a number": {"sides": [{"scenario": "hierarchy", "moves": [3]}]},
    "a move with a stranger": {
        "sides": [
            {"scenario": "hierarchy", "moves": [{"month": 1, "key": "work.load", "value": 1, "who": 1}]}
        ]
    },
    "a move that is not live": {
        "sides": [{"scenario": "hierarchy", "moves": [{"month": 1, "key": "changes.duration", "value": 12}]}]
    },
    "an empty key": {"sides": [{"scenario": "hierarchy", "set": {"": {"work": {"load": 1}}}}]},
    "interventions": {"sides": [{"scenario": "hierarchy", "set": {"interventions": []}}]},
    "a seed on a side": {"sides": [{"scenario": "hierarchy", "set": {"seed": 3}}]},
    "Hydra's settings": {"sides": [{"scenario": "hierarchy", "set": {"hydra.run.dir": "/"}}]},
    "an interpolated key": {
        "sides": [{"scenario": "hierarchy", "set": {"mechanisms": {"${oc.env:HOME}": 1}}}]
    },
    "a seed with a fraction": {**SHORT, "seed": 1.5},
    "a seed that is true": {**SHORT, "seed": True},
    "a replication too far": {**SHORT, "replication": 10**9},
    "another version": {**SHORT, "v": 2},
    "an unknown field": {**SHORT, "file": "x"},
}


@pytest.mark.parametrize("view", SHAPES.values(), ids=SHAPES)
def test_a_view_of_the_wrong_shape_is_refused_by_name(client, view):
    for path, body in (("run", view), ("spread", view), ("download", {"view": view, "kind": "csv"})):
        answer = client.post(f"/api/{path}", json=body)
        assert answer.status_code == 400, answer.text
        assert all(problem["key"] and problem["wrong"] for problem in answer.json()["problems"])
    goes_on(client)


MANY = {
    key: d.default
    for key, d in declarations().items()
    if d.group in ("reference", "mechanisms", "users", "work")
}
MOVE = {"month": 1, "key": "work.load", "value": 1}
BOUNDS = {
    "too many settings": ({"set": MANY}, "at most 50 keys"),
    "too many settings in groups": ({"set": {"work": {f"k{n}": 1 for n in range(50)}}}, "at most 50 keys"),
    "a long key": ({"set": {"work.load" * 9: 1}}, "80 letters"),
    "a long value": ({"set": {"work.form": "product" * 12}}, "80 letters"),
    "too many moves": ({"moves": [MOVE] * 51}, "at most 50 dated moves"),
    "a long key of a move": ({"moves": [{**MOVE, "key": "work.load" * 9}]}, "80 letters"),
    "too many places": ({"moves": [{**MOVE, "places": ["Fife"] * 101}] * 2}, "200 places"),
}


@pytest.mark.parametrize(("given", "said"), BOUNDS.values(), ids=BOUNDS)
def test_a_view_is_bounded_before_it_is_understood(client, monkeypatch, given, said):
    # Fewer than there are parameters, so that a view of good ones can reach it.
    monkeypatch.setattr(access, "MOST_SET", 50)
    answer = run(client, **given)
    assert answer.status_code == 400
    assert [said in problem["wrong"] for problem in answer.json()["problems"]] == [True]


def test_a_long_name_of_a_scenario_is_not_looked_for(client):
    for name in ("hierarchy" * 9, "hierarchy" * 8):
        (problem,) = client.post("/api/run", json={"sides": [{"scenario": name}]}).json()["problems"]
        assert problem["value"] == ("null" if len(name) > 80 else f"'{name}'")


@pytest.mark.parametrize("futures", [0, 1, 51, 10**9, 2.5, "20", None, True])
def test_futures_are_bounded(client, futures):
    refused(client.post("/api/spread", json={**SHORT, "futures": futures}), 400, "futures")


def test_our_own_fault_is_said_to_be_ours_and_the_server_goes_on(client, monkeypatch, capsys):
    def fails(view):
        raise ZeroDivisionError("broken")

    monkeypatch.setattr(server.responses, "run", fails)
    refused(client.post("/api/run", json={**SHORT, "seed": 77}), 500, "server")
    assert "broken" in capsys.readouterr().err
    monkeypatch.undo()
    assert client.post("/api/run", json={**SHORT, "seed": 77}).status_code == 200, "a failure is not kept"


# The QR code


def test_a_qr_code_is_drawn_of_an_address_of_the_page_only(client):
    own = f"{ADDRESS}/#a=hierarchy&b=distributed&seed=2026&r=0"
    answer = client.get("/api/qr.svg", params={"address": own})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert set(SECURITY_HEADERS) <= set(answer.headers)
    assert answer.text.startswith("<svg")
    assert client.get("/api/qr.svg", params={"address": own}).content == answer.content
    assert client.get("/api/qr.svg", params={"address": own + "&m=1"}).content != answer.content
    for foreign in ("", "http://evil.example/", f"{ADDRESS}.evil.example/", ADDRESS):
        refused(client.get("/api/qr.svg", params={"address": foreign}), 400, "address")
    refused(client.get("/api/qr.svg"), 400, "address")
    (problem,) = refused(client.get("/api/qr.svg", params={"address": own + "&" * 3000}), 400, "address")
    assert problem["wrong"] == say("share.long")


def test_a_qr_code_counts_as_a_run(live, monkeypatch):
    monkeypatch.setattr(live, "runs", RateLimit(2, lambda: 0.0))
    client = TestClient(live.application(), base_url=ADDRESS)
    asked = [client.get("/api/qr.svg", params={"address": f"{ADDRESS}/#m={k}"}) for k in (90, 91, 92, 90)]
    assert [answer.status_code for answer in asked] == [200, 200, 429, 200]


# How much may be asked


def test_an_address_that_asks_too_much_waits_and_others_do_not(live, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(live, "runs", RateLimit(10, lambda: now[0]))
    client, other = (
        TestClient(live.application(), base_url=ADDRESS, client=(address, 1))
        for address in ("10.0.0.1", "10.0.0.2")
    )
    asked = [client.post("/api/run", json={**SHORT, "seed": 1000 + k}).status_code for k in range(11)]
    assert asked == [200] * 10 + [429]
    answer = client.post("/api/run", json={**SHORT, "seed": 1010})
    refused(answer, 429, "runs")
    assert int(answer.headers["retry-after"]) == 6
    assert client.post("/api/run", json={**SHORT, "seed": 1003}).status_code == 200, (
        "what was just answered costs nothing"
    )
    assert other.post("/api/run", json={**SHORT, "seed": 1010}).status_code == 200
    now[0] = 6.1
    asked = [client.post("/api/run", json={**SHORT, "seed": 1011 + k}).status_code for k in range(2)]
    assert asked == [200, 429], "a tenth of a minute brings a tenth of the allowance"


def test_a_long_run_costs_more_and_an_allowance_forgets_old_addresses(known):
    def cost(**given):
        return access.cost(
            views.read({"sides": [{"scenario": "baseline", "set": given}]}, known)
            .sides[0]
            .composed.parameters
        )

    assert cost() == 1
    assert cost(**{"population.months": 12}) == 1
    assert cost(**{"population.months": 240, "population.users": 16_000}) == 10
    allowance = RateLimit(5, lambda: 0.0)
    assert allowance.take("a", 100) == 0, "what is larger than a minute's share takes all of it"
    assert allowance.take("a", 1) == 12
    for address in range(5000):
        allowance.take(str(address), 1)
    assert len(allowance._left) <= 4096
    assert allowance.take("a", 1) == 0


def test_a_full_queue_is_said_and_passes(live, monkeypatch):
    gate = threading.Event()
    plain = server.responses.run

    def slow(view):
        gate.wait(30)
        return plain(view)

    monkeypatch.setattr(server.responses, "run", slow)
    monkeypatch.setattr(access, "MOST_WAITING", 3)
    with TestClient(live.application(), base_url=ADDRESS) as client, ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(client.post, "/api/run", json={**SHORT, "seed": 2000 + k}) for k in range(6)]
        while sum(one.done() for one in waiting) < 3:
            pass
        full = [one.result() for one in waiting if one.done()]
        gate.set()
        for answer in full:
            refused(answer, 503, "runs")
        assert [one.result().status_code for one in waiting if one.result() not in full] == [200] * 3
        goes_on(client)


def test_old_answers_are_let_go(live):
    with TestClient(live.application(), base_url=ADDRESS) as client:
        for seed in range(3000, 3030):
            client.post("/api/run", json={**SHORT, "seed": seed})
    assert len(live.pool._answers) <= 24


# The code


def test_a_code_is_needed_where_others_can_reach_the_server(known):
    entry = AccessCode()
    client = TestClient(Live(known, entry).application(), base_url=ADDRESS)
    assert client.get("/").status_code == 200
    for path, body in (("run", SHORT), ("spread", SHORT), ("download", {"view": SHORT, "kind": "csv"})):
        refused(client.post(f"/api/{path}", json=body), 401, "code")
    refused(client.get("/api/declarations"), 401, "code")
    refused(client.get("/api/qr.svg", params={"address": ADDRESS}), 401, "code")
    refused(client.get("/api/declarations", headers={"x-gapsim-code": entry.code}), 401, "code")
    for wrong in ("AAAAAAAA", "", entry.code[:-1], None, 12345678, ["x"], "ü" * 8):
        refused(client.post("/api/enter", json={"code": wrong}), 403, "code")
    token = client.post("/api/enter", json={"code": f" {entry.code[:4].lower()}-{entry.code[4:]} "}).json()[
        "token"
    ]
    inside = {"x-gapsim-code": token}
    assert client.get("/api/declarations", headers=inside).status_code == 200
    assert client.post("/api/run", json=SHORT, headers=inside).status_code == 200
    for forged in (token[:-1], token + "0", "9" * 12 + token[token.index(".") :], ".", "ü.ü", "x" * 5000):
        refused(client.get("/api/declarations", headers={"x-gapsim-code": forged.encode()}), 401, "code")
    assert client.get("/api/declarations", headers=inside).status_code == 200


def test_codes_cannot_be_guessed_and_tokens_expire(known):
    now = [1_000_000.0]
    entry = AccessCode(lambda: now[0])
    assert len(entry.code) == 8
    assert set(entry.code) <= set(ALPHABET)
    assert AccessCode().code != entry.code
    token = entry.token(entry.code)
    assert entry.is_valid(token)
    assert not AccessCode(lambda: now[0]).is_valid(token), "another server's token"
    now[0] += 3600 * access.TOKEN_HOURS - 1
    assert entry.is_valid(token)
    now[0] += 2
    assert not entry.is_valid(token)
    client = TestClient(Live(known, entry).application(), base_url=ADDRESS)
    tries = [client.post("/api/enter", json={"code": "AAAAAAAA"}).status_code for _ in range(62)]
    assert tries == [403] * 60 + [429] * 2
    refused(client.post("/api/enter", json={"code": entry.code}), 429, "code")


# The command


def test_wrong_options_are_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for arguments, said in (
        (["--port", "many"], "--port = many"),
        (["--port", "70000"], "--port = 70000"),
        (["--host", "203.0.113.7"], "--host = 203.0.113.7"),
        (["--host", "no such host"], "--host"),
        (["--scenarios", "nowhere"], "nowhere"),
    ):
        assert main.execute(["live", *arguments]) == 2
        assert said in capsys.readouterr().err


def test_a_taken_port_is_said_with_a_way_out(capsys):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main.execute(["live", "--port", str(port), "--no-open"]) == 2
    said = capsys.readouterr().err
    assert f"--port = {port}: is taken" in said
    assert f"--port {port + 1}" in said


@pytest.mark.parametrize(
    ("address", "needed"),
    [("127.0.0.1", False), ("127.0.0.2", False), ("localhost", False), ("0.0.0.0", True)],
)
def test_a_code_is_printed_exactly_where_others_can_reach(monkeypatch, capsys, address, needed):
    made = []

    class Server:
        def __init__(self, settings):
            made.append(settings)

        def run(self, sockets):
            raise KeyboardInterrupt

    monkeypatch.setattr(serve.uvicorn, "Server", Server)
    assert main.execute(["live", "--port", "0", "--host", address, "--no-open"]) == 0
    printed = capsys.readouterr()
    assert ("code to enter" in printed.out) == needed
    shown = _outward_address() if address == "0.0.0.0" else address
    assert re.match(rf"gapsim live: http://{re.escape(shown)}:\d+/", printed.out)
    assert "stopped" in printed.err
    assert made[0].proxy_headers is False


# A real server


@pytest.fixture(scope="module")
def running():
    """A server in a process of its own: its port."""
    command = [sys.executable, "-m", "sim.cli.main", "live", "--port", "0", "--no-open"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
        yield int(found[1])
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        assert err.strip().endswith("stopped.")
        assert "Traceback" not in err
    finally:
        process.kill()
        process.wait()


def ask(port, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.read()


def test_it_listens_on_this_machine_only_and_serves_the_page(running):
    assert b"<html" in ask(running, "/")
    with socket.socket() as other:
        other.settimeout(5)
        assert other.connect_ex((_outward_address(), running)) != 0 or _outward_address().startswith("127.")


def _outward_address():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return probe.getsockname()[0]


def raw(port, text, wait=True):
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(text.encode())
        parts = []
        while wait and (part := connection.recv(65536)):
            parts.append(part)
    return b"".join(parts).decode()


def test_it_withstands_what_is_no_decent_request(running):
    body = json.dumps(SHORT)
    post = f"POST /api/run HTTP/1.1\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
    own = f"Host: 127.0.0.1:{running}\r\n"
    assert raw(running, f"{post}Host: evil.example\r\n\r\n{body}").startswith("HTTP/1.1 421")
    assert raw(running, f"{post}\r\n{body}").startswith("HTTP/1.1 4")
    assert raw(running, "GET / HTTP/1.0\r\n\r\n").startswith("HTTP/1.1 421")
    assert raw(running, f"{post}{own}{own}\r\n{body}").startswith("HTTP/1.1 4")
    assert raw(running, f"{post}{own}Origin: http://evil.example\r\n\r\n{body}").startswith("HTTP/1.1 403")
    assert raw(running, f"GET /page/../server.py HTTP/1.1\r\nConnection: close\r\n{own}\r\n").startswith(
        "HTTP/1.1 404"
    )
    huge = (
        f"POST /api/run HTTP/1.1\r\n{own}Content-Type: application/json\r\nContent-Length: 10000000\r\n\r\n"
    )
    assert raw(running, huge).startswith("HTTP/1.1 413")
    assert raw(running, "GARBAGE\r\n\r\n").startswith("HTTP/1.1 400")
    raw(running, f"{post}{own}\r\n{body[:10]}", wait=False)
    good = raw(running, f"{post}{own}Origin: http://127.0.0.1:{running}\r\n\r\n{body}")
    assert good.startswith("HTTP/1.1 200")


def test_sixty_clients_at_once_all_get_in(running):
    together = threading.Barrier(60)

    def opens(_):
        together.wait()
        return [ask(running, "/"), ask(running, "/api/declarations"), ask(running, "/api/run", TWIN)]

    with ThreadPoolExecutor(60) as pool:
        got = list(pool.map(opens, range(60)))
    assert all(each == got[0] for each in got)
    assert json.loads(got[0][2])["sides"][0]["months"] == 120


def test_two_clients_do_not_see_each_others_run(running):
    def mine(seed):
        view = {**SHORT, "seed": seed}
        return [json.loads(ask(running, "/api/run", view)) for _ in range(5)]

    with ThreadPoolExecutor(8) as pool:
        for seed, got in zip(range(50, 58), pool.map(mine, range(50, 58)), strict=True):
            assert all(each["view"]["seed"] == seed for each in got)
            assert all(each == got[0] for each in got)
            assert got[0]["sides"] == json.loads(ask(running, "/api/run", {**SHORT, "seed": seed}))["sides"]
