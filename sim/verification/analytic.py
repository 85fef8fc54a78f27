"""Known answers: limiting cases that theory has solved, put to the real processes of the model.

Each answer sets the model up so that all else is off, runs the processes that a normal run uses, and compares.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.model.decision_rights import KINDS
from sim.model.initialise import draw_uniforms
from sim.model.kernels import random
from sim.model.kernels.jit import kernel
from sim.model.parameters import MECHANISM_NAMES, Parameters
from sim.model.schedule import Run, begin, simulate
from sim.model.schema import in_groups, prior_defaults, record
from sim.model.state import HEADS, PLACES, Stage, table
from sim.model.submodels.clearance import serve_queues
from sim.model.submodels.pledges import update_pledges
from sim.verification.result import Check, known_answer

FREE: dict[str, dict[str, Any]] = {
    "authorities": {"will": 1.0, "ability": 1.0, "will_spread": 0.0, "ability_spread": 0.0},
    "population": {"users": 32, "bodies": 0},
}
"""Nothing holds anybody back."""
HAZARD = {"dynamics": "hazard", "start_chance": 1.0}
"""Work that starts at once and ends with a constant chance a month."""


def _whole(kind: str, *rights: str) -> dict[str, dict[str, float]]:
    return {right: {who: float(who == kind) for who in KINDS} for right in rights}


def _parameters(mechanisms: dict[str, float], **groups: Any) -> Parameters:
    tree: dict[str, Any] = in_groups(prior_defaults())
    for name, values in (*FREE.items(), *groups.items()):
        tree[name] = {**tree.get(name, {}), **values}
    tree["mechanisms"] = {name: mechanisms.get(name, 0.0) for name in MECHANISM_NAMES}
    return Parameters.model_validate(tree)


def _mean(name: str, expected: float, values: np.ndarray) -> Check:
    """Whether a mean agrees with theory, within four standard errors."""
    error = 4.0 * float(values.std(ddof=1)) / math.sqrt(values.size)
    return known_answer(name, expected, float(values.mean()), error)


def clearances(seed: int, replications: int) -> list[Check]:
    """Pressman and Wildavsky (1973): 70 points of chance p, k tries each, are all passed with (1 - (1 - p)^k)^70."""
    answers = []
    for chance, tries in ((0.99, 1), (0.95, 1), (0.9, 2), (0.95, 2), (0.8, 3), (0.9, 3)):
        settings = _parameters(
            {"clearance": 1.0},
            population={"months": 260},
            changes={"conflict": 0.0, "arriving": 60, "in_progress": 60},
            work={**HAZARD, "hazard": 1.0},
            hierarchy={"layers": 1.0},
            reference={"clearance_points": 35.0, "clearance_chance": chance, "clearance_tries": tries},
            power=_whole("centre", "agenda", "design", "resource"),
        )
        passed: list[np.ndarray] = []
        for replication in range(replications):
            run = simulate(settings, seed, replication)
            early = run.state.changes.arrival < 60
            passed.append((run.state.cells.stage[:, early] == Stage.SHIFT).ravel())
        name = f"70 clearances, chance {chance}, {tries} tries"
        expected = (1.0 - (1.0 - chance) ** tries) ** 70
        answers.append(_mean(name, expected, np.concatenate(passed).astype(float)))
    return answers


def pipeline(seed: int, replications: int) -> list[Check]:
    """Constant hazards h: a change takes sum(1/h) months with variance sum((1-h)/h^2); census is arrivals over h."""
    hazard, slower = 0.1, 0.5
    settings = _parameters(
        {},
        population={"months": 500},
        changes={"arriving": 200, "in_progress": 0},
        work={**HAZARD, "hazard": hazard, "shape_slower": slower, "load": 0.0},
    )
    waits, census = [], []
    for replication in range(replications):
        run = begin(settings, seed, replication)
        done = np.full(run.state.cells.shape, -1)
        stages = []
        for month in range(settings.population.months):
            run.advance(1)
            done[(done < 0) & (run.state.cells.nominal >= 1.0)] = month
            if 100 <= month < 400:
                under_way = run.state.cells.stage[run.state.cells.nominal < 1.0]
                stages.append(np.bincount(under_way, minlength=5)[1:5])
        old = (run.state.cells.started >= 0) & (run.state.cells.started < 200)
        waits.append((done - run.state.cells.started + 1)[old])
        census.append(np.mean(stages, axis=0))
    months = np.concatenate(waits).astype(float)
    hazards = np.array([hazard, hazard, hazard * slower, hazard])
    spread = float(np.sum((1.0 - hazards) / hazards**2))
    squared = (months - months.mean()) ** 2
    counts, held = np.sum(census, axis=0), "pipeline: shape holds 1/h times as many as see"
    return [
        _mean("pipeline: mean months through all stages", float(np.sum(1.0 / hazards)), months),
        _mean("pipeline: variance of those months", spread, squared),
        known_answer(held, 1.0 / slower, float(counts[2] / counts[0]), 0.1),
    ]


def _made_up_table(folder: Path, places: int) -> str:
    """A table of places that are all alike and have no neighbours."""
    path = folder / f"places_{places}.csv"
    columns = {
        "code": [f"P{number}" for number in range(places)],
        "name": [f"Place {number}" for number in range(places)],
        "pop_mid2022": 1000,
        "simd2020_pct_pop2020_in_most_deprived_20pct": 20,
        "pct_pop2020_rural_ur6_5_6": 20,
        "land_neighbours": "",
    }
    pd.DataFrame(columns).to_csv(path, index=False)
    return str(path)


def imitation(seed: int, replications: int) -> list[Check]:
    """Bass (1969) under complete mixing: share of places started after so many years, p = .03, q = .38."""
    known = {1: 0.0358, 2: 0.0851, 3: 0.1505, 5: 0.3312, 7: 0.5490, 10: 0.8128, 15: 0.9716}
    places = 3000
    with tempfile.TemporaryDirectory() as folder:
        settings = _parameters(
            {"peer_learning": 1.0},
            population={
                "places": _made_up_table(Path(folder), places), "users": places, "months": 181, "mixing": "complete",
            },
            changes={"arriving": 1, "in_progress": 0},
            work={"start_chance": 0.03 / 12},
            reference={"peer_starts": 0.38 / 12},
            power=_whole("authorities", "agenda", "design"),
        )  # fmt: skip
        shares = []
        for replication in range(replications):
            run = begin(settings, seed, replication)
            run.state.changes.arrival[:] = 0
            run.state.calendar.arrived[:] = 1
            run.advance(181)
            started = run.state.cells.started[:, 0]
            shares.append([float(np.mean((started >= 0) & (started < 12 * year))) for year in known])
    means = np.mean(shares, axis=0)
    # Chance in the first adopters shifts the whole curve: its slope times that shift, plus what a monthly step blurs.
    answers = []
    for (year, share), found in zip(known.items(), means.tolist(), strict=True):
        tolerance = 0.004 + 0.06 * share * (1.0 - share) * 4 / math.sqrt(replications)
        name = f"imitation: share started after {year} years"
        answers.append(known_answer(name, share, found, tolerance))
    return answers


def _signatories(thresholds: np.ndarray, months: int) -> float:
    places = table(PLACES, len(thresholds), threshold=thresholds)
    settings = _parameters(
        {"concordat": 1.0},
        pledge={"open": 1.0, "threshold": 0.0, "threshold_spread": 1.0, "signing": 1.0},
        population={"mixing": "complete"},
    )
    values = record(settings, len(thresholds) + 1)
    state = begin(_parameters({}), 1).state._replace(places=places)
    for month in range(months):
        before = places.signed.sum()
        update_pledges(month, values, state)
        if places.signed.sum() == before:
            break
    return float(places.signed.sum())


def thresholds(seed: int, replications: int) -> list[Check]:
    """Granovetter (1978): thresholds 0 to 99 let all join; make the 1 a 2, and one joins; a small spread decides."""
    ladder = np.arange(100) / 100.0
    gap = ladder.copy()
    gap[1] = 0.02
    number = 20_000
    quantiles = np.array([random.inverse_normal((k + 0.5) / number) for k in range(number)])
    below, above = (_signatories(0.25 + spread * quantiles, 100_000) / number for spread in (0.1222, 0.1225))
    return [
        known_answer("thresholds 0 to 99: all hundred sign", 100.0, _signatories(ladder, 200), 0.0),
        known_answer("thresholds with a 2 for the 1: one signs", 1.0, _signatories(gap, 200), 0.0),
        known_answer(
            "normal thresholds, spread .1222, just below the critical .122221", 0.0598, below, 0.002
        ),
        known_answer("normal thresholds, spread .1225, just above it", 1.0, above, 0.001),
    ]


def _peers(openness: float, own: float, centre: float, months: int, seed: int) -> Run:
    settings = _parameters(
        {"evidence": 1.0},
        authorities={"will": 0.5, "will_spread": 0.2},
        centre={"will": 0.9},
        changes={"arriving": 1, "in_progress": 0},
        population={"months": months},
        reference={
            "evidence_peers": openness, "evidence_self": own, "evidence_results": 0.0, "evidence_vision": 0.0,
            "evidence_promises": 0.0,
        },
        power={"accountability": {"centre": centre, "authorities": 1.0 - centre, "third_sector": 0.0, "users": 0.0}},
    )  # fmt: skip
    run = begin(settings, seed)
    run.advance(months)
    return run


def _tie_matrix(run: Run) -> np.ndarray:
    places = run.state.places
    matrix = np.zeros((len(places), len(places)))
    for a, place in enumerate(places):
        for tie in run.state.ties[place.first_tie : place.last_tie]:
            matrix[a, tie.other] += tie.weight
    return matrix


def peers(seed: int, replications: int) -> list[Check]:
    """Friedkin and Johnsen; DeGroot; and a star with a stubborn centre."""
    openness, own, centre = 0.6, 0.4, 0.3
    run = _peers(openness, own, centre, 400, seed)
    lateral = _tie_matrix(run)
    count = len(lateral)
    start = np.clip(0.5 + run.state.places.will_offset, 0.0, 1.0)
    weights = own * np.eye(count) + (1.0 - own) * (1.0 - centre) * lateral
    outside = openness * (1.0 - own) * centre * 0.9
    limit = np.linalg.solve(np.eye(count) - openness * weights, (1.0 - openness) * start + outside)
    worst = float(np.max(np.abs(run.state.places.will - limit)))

    run = _peers(1.0, own, 0.0, 4000, seed)
    weights = own * np.eye(count) + (1.0 - own) * lateral
    values, vectors = np.linalg.eig(weights.T)
    perron = np.real(vectors[:, np.argmax(np.real(values))])
    perron /= perron.sum()
    consensus = float(perron @ start)
    spread = float(np.max(np.abs(run.state.places.will - consensus)))

    star = _peers(1.0, own, 1.0, 5, seed)
    at_rate = "peers: all go to a stubborn centre at the rate of self-weight"
    distance = np.abs(star.state.places.will - 0.9) / np.abs(start - 0.9)
    return [
        known_answer("peers: distance from the Friedkin-Johnsen limit", 0.0, worst, 1e-9),
        known_answer("peers: distance from DeGroot's consensus", 0.0, spread, 1e-6),
        known_answer(at_rate, own**5, float(np.mean(distance)), 1e-9),
    ]


@kernel
def _queue(p, keys, heads, arrival_key, rate, first, last):
    waiting = 0.0
    for month in range(first, last):
        for head in range(len(heads)):
            heads[head].issued += int(random.poisson(arrival_key, rate, head, month))
        serve_queues(month, p, keys, 1.0, heads)
        for head in range(len(heads)):
            waiting += heads[head].issued - heads[head].served
    return waiting


def queues(seed: int, replications: int) -> list[Check]:
    """M/M/1: time from request to decision is 1/(1 - load) service times.

    One decision takes twenty months on average, so that a month is a short step; what that step blurs is in the
    tolerance. Queues start at the lengths that theory expects, since a long one takes tens of thousands of months to
    forget where it started; they must stay there.
    """
    service = 0.05
    answers = []
    settings = _parameters({"attention": 1.0}, attention={"authority": service, "free": 1.0, "ratio": 1.0})
    for load, part in ((0.5, 0.05), (0.7, 0.05), (0.8, 0.05), (0.9, 0.05), (0.95, 0.1)):
        sojourn = 1.0 / (1.0 - load)
        number = 200 * replications
        values = record(settings, number)
        keys = random.stream_keys(seed, 0, len(random.STREAMS))
        arrivals, lengths = random.stream_keys(seed, 1, 2)
        at_first = np.floor(np.log(draw_uniforms(lengths, number)) / math.log(load)).astype(np.int64)
        heads = table(HEADS, number, issued=at_first)
        warm, months = 20_000, 45_000
        _queue(values, keys, heads, arrivals, load * service, 0, warm)
        before = int(heads.issued.sum())
        waiting = _queue(values, keys, heads, arrivals, load * service, warm, warm + months)
        asked = int(heads.issued.sum()) - before
        found = waiting / asked * service
        name = f"attention: sojourn at load {load}, in service times"
        answers.append(known_answer(name, sojourn, found, part * sojourn))
    return answers


def known_answers(seed: int, replications: int) -> list[Check]:
    """Put every solved case to the real processes."""
    cases = (clearances, pipeline, imitation, thresholds, peers, queues)
    return [answer for case in cases for answer in case(seed, replications)]
