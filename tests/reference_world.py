"""Part of the reference implementation (`reference_implementation.py`): its luck, and the world at the start."""

import csv
import math
from functools import cache
from statistics import NormalDist

import numpy as np

WORD, GOLDEN = 2**64 - 1, 0x9E3779B97F4A7C15
STREAMS = (
    "place_will", "place_ability", "body_several", "body_second", "body_will", "body_ability",
    "body_capacity", "user_need_first", "user_need_second", "user_will", "user_ability",
    "user_capacity", "arrival", "direction", "need", "estimation", "duration", "radicalness",
    "ambiguity", "heterogeneity", "spillover", "visibility", "conflict", "urgency", "ambition",
    "head_start", "agenda_holder", "start", "design_holder", "translation", "local_estimation",
    "protection", "pilot", "vertical_point", "horizontal_point", "clearance_try", "decisions",
    "queue_order", "stage", "threshold", "intent", "picture", "seen_through", "interest",
    "carrier_leaves", "resistance", "signing", "personal_effort", "efficacy",
)  # fmt: skip
NOT_STARTED, SEE, SPARK, SHAPE, SHIFT, ABANDONED = range(6)
OPEN, QUEUED, PASSING = range(3)
CENTRE, AUTHORITIES, THIRD_SECTOR, USERS = range(4)
(LATE, CLEARANCE, ATTENTION, WILL, ABILITY, CAPACITY) = range(6)
WRONG, RELAPSE, BLAME = range(11, 14)
NOT_A_PRIORITY, SHORT_OF_STAFF, NOT_ABLE, AFRAID = range(14, 18)
RITUAL, NOT_TAKEN_UP, SPILLOVER, DEVALUED, AHEAD = range(18, 23)
IN_LEDGER, ALL_CAUSES = 18, 23
NOT_HELD = 0


def mix(word):
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & WORD
    return word ^ (word >> 31)


def within(value):
    return np.clip(value, 0.0, 1.0) if isinstance(value, np.ndarray) else min(1.0, max(0.0, value))


def bite(factor):
    return 0.0 if factor >= 1.0 else -math.log(max(1e-9, factor))


def evenness(shares):
    return (1.0 - sum(share * share for share in shares)) / 0.75


def apportion(total, weight, least):
    exact = (total - least * len(weight)) * weight
    parts = np.floor(exact).astype(int)
    rest = total - least * len(weight) - parts.sum()
    parts[np.argsort(-(exact - parts), kind="stable")[:rest]] += 1
    return parts + least


def holder(shares, luck):
    for kind in range(3):
        if luck < sum(shares[: kind + 1]):
            return kind
    return max(kind for kind in range(4) if shares[kind] > 0.0)


class World:
    """Places, people and changes as they are before the first month."""

    def __init__(self, parameters, rights, strengths, folder, seed, replication, pledge=(0, 0), dated=()):
        self.p, self.pledge = dict(parameters), pledge
        self.dated, self.begun = [(*change, None)[:4] for change in dated], []
        self.p_at_start, self.rights_at_start = dict(parameters), dict(rights)
        self.m = dict(strengths)
        self.lay_table(rights)
        world = mix((mix((seed + GOLDEN) & WORD) + GOLDEN * (replication + 1)) & WORD)
        self.keys = {name: mix((world + GOLDEN * (k + 1)) & WORD) for k, name in enumerate(STREAMS)}
        # The same luck is asked for month after month.
        self.luck, self.normal = cache(self.luck), cache(self.normal)
        self.months = self.p["population.months"]
        self.lengths = np.array([self.p[f"work.{stage}"] for stage in ("see", "spark", "shape", "shift")])
        self.lengths /= self.lengths.sum()
        self.lost, self.intended, self.realised, self.nominal = np.zeros(ALL_CAUSES), 0.0, 0.0, 0.0
        self.by_month = []
        self.starts, self.stops = 0, 0
        self.make_places(folder)
        self.make_people()
        self.make_changes()

    def lay_table(self, rights):
        names = {"agenda": "agenda", "design": "design", "resource": "resource", "accountability": "judges"}
        for row, shares in rights.items():
            setattr(self, names.get(row, {"judged_on": "looks"}.get(row, row)), list(shares.values()))
        self.by_reports = self.looks[0] * (1.0 - self.judges[USERS])
        if rights and hasattr(self, "visibility"):
            self.be_afraid()

    def be_afraid(self):
        self.fear = self.judges[CENTRE] * (1.0 - self.looks[2]) * self.visibility * self.radicalness

    def ref(self, name):
        return self.p[f"reference.{name}"]

    def luck(self, stream, agent, change=0, month=0):
        counter = (int(agent) * 2**12 + int(change)) * 2**16 + int(month)
        return ((mix((self.keys[stream] + GOLDEN * (counter + 1)) & WORD) >> 12) + 0.5) * 2.0**-52

    def normal(self, *where):
        return NormalDist().inv_cdf(self.luck(*where))

    def normals(self, stream, count):
        return np.array([self.normal(stream, k) for k in range(count)])

    # ---- the world at the start

    def make_places(self, folder):
        with (folder / "councils.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.people = np.array([float(row["pop_mid2022"]) for row in rows])
        self.weight = self.people / self.people.sum()
        names = ("simd2020_pct_pop2020_in_most_deprived_20pct", "pct_pop2020_rural_ur6_5_6")
        character = []
        for name in names:
            values = np.array([float(row[name]) for row in rows])
            values -= (self.weight * values).sum()
            character.append(values / math.sqrt((self.weight * values**2).sum()))
        self.character = np.column_stack(character)
        ties = [{} for _ in rows]
        number = {row["code"]: a for a, row in enumerate(rows)}
        pairs = [
            (a, number[c], 1.0) for a, r in enumerate(rows) for c in r["land_neighbours"].split(";") if c
        ]
        with (folder / "ties.csv").open(encoding="utf-8") as file:
            kinds = {"bridge": 1.0, "ferry": 0.5, "air": 0.5}
            pairs += [(number[r["a"]], number[r["b"]], kinds[r["kind"]]) for r in csv.DictReader(file)]
        size = np.log(self.people)
        alike = np.column_stack([self.character, (size - size.mean()) / size.std()])
        pairs += [(b, a, weight) for a, b, weight in pairs]
        for a in range(len(rows)):
            distance = ((alike - alike[a]) ** 2).sum(axis=1)
            distance[a] = np.inf
            pairs += [(a, b, 0.5) for b in np.argsort(distance, kind="stable")[:2]]
        for a, b, weight in pairs:
            ties[a][b] = max(ties[a].get(b, 0.0), weight)
        self.ties = [[(b, around[b] / sum(around.values())) for b in sorted(around)] for around in ties]

    def make_people(self):
        p, count = self.p, len(self.people)
        wider = 1.0 + self.m["uneven_ability"] * self.ref("equalising_spread")
        self.place_will = within(
            p["authorities.will"] + p["authorities.will_spread"] * self.normals("place_will", count)
        )
        self.ability_at_start = p["authorities.ability"] + wider * p[
            "authorities.ability_spread"
        ] * self.normals("place_ability", count)
        self.will, self.disposition = self.place_will.copy(), self.place_will.copy()
        self.ability, self.reported = within(self.ability_at_start), within(self.ability_at_start)
        self.gained, self.signed = np.zeros(count), np.zeros(count)
        self.results, self.promise, self.busy, self.teams, self.worked = (np.zeros(count) for _ in range(5))
        self.broker, self.support, self.co_design, self.workload = (np.zeros(count) for _ in range(4))
        self.meetings, self.brokering = np.zeros(count), np.zeros(count)
        self.crisis_start = np.maximum(
            0.0, 1.0 + p["authorities.crisis_by_deprivation"] * self.character[:, 0]
        )

        bodies = p["population.bodies"]
        homes = np.repeat(np.arange(count), apportion(bodies, self.weight, 1))
        self.works_in = [[home] for home in homes]
        for b, home in enumerate(homes):
            if self.luck("body_several", b) < p["population.bodies_several"]:
                around = self.ties[home]
                self.works_in[b].append(around[int(self.luck("body_second", b) * len(around))][0])
        self.body = {
            name: within(p[f"bodies.{name}"] + p["bodies.spread"] * self.normals(f"body_{name}", bodies))
            for name in ("will", "ability", "capacity")
        }
        self.body_will = self.body["will"].copy()

        users = p["population.users"]
        self.home = np.repeat(np.arange(count), apportion(users, self.weight, 1))
        self.users = [np.where(self.home == a)[0] for a in range(count)]
        self.person = np.column_stack(
            [self.normals("user_need_first", users), self.normals("user_need_second", users)]
        )
        level = {}
        for name in ("will", "ability", "capacity"):
            offset = p["users.spread"] * self.normals(f"user_{name}", users)
            if name != "will":
                offset -= p["users.by_deprivation"] * self.character[self.home, 0]
            level[name] = within(p[f"users.{name}"] + offset)
        self.user_will, self.user_ability, self.user_time = level["will"], level["ability"], level["capacity"]
        self.trust = self.user_will.copy()
        self.ready = self.trust * np.minimum(1.0, self.user_time / p["users.time_needed"])

    def make_changes(self):
        p, early = self.p, self.p["changes.in_progress"]
        count = early + p["changes.arriving"]

        def draw(name):
            return np.array([self.luck(name, i) for i in range(count)])

        def varied(name, low, high):
            return np.clip(
                p[f"changes.{name}"] * (1.0 + p["changes.variety"] * (2.0 * draw(name) - 1.0)), low, high
            )

        self.duration = varied("duration", 2.0, np.inf)
        self.ambition, self.ambiguity, self.heterogeneity, self.urgency = (
            varied(name, 0.0, np.inf) for name in ("ambition", "ambiguity", "heterogeneity", "urgency")
        )
        self.radicalness, self.spillover, self.visibility, self.conflict = (
            varied(name, 0.0, 1.0) for name in ("radicalness", "spillover", "visibility", "conflict")
        )
        self.personal_effort = p["changes.personal_effort"] ** (
            1.0 + p["changes.variety"] * (2.0 * draw("personal_effort") - 1.0)
        )
        when, angle = draw("arrival"), 2.0 * np.pi * draw("direction")
        begun = -1 - np.floor(0.6 * when[:early] * self.duration[:early])
        self.arrival = np.concatenate([begun, np.sort(np.floor(when[early:] * self.months))])
        self.direction = np.column_stack([np.cos(angle), np.sin(angle)])
        self.need = self.ambiguity * self.normals("need", count)
        self.error, self.head_start = self.normals("estimation", count), draw("head_start")
        self.focal = None
        if p["focal.arrival"] >= 0:
            self.add_focal(count)
            count += 1
        self.difference = self.character @ self.direction.T * self.heterogeneity
        self.be_afraid()

        shape = (len(self.people), count)
        self.stage, self.gate, self.designed, self.reviewed, self.tries = (
            np.zeros(shape, int) for _ in range(5)
        )
        self.vertical, self.horizontal, self.ticket, self.review = (np.zeros(shape, int) for _ in range(4))
        self.started, self.starter, self.designer = (np.full(shape, -1) for _ in range(3))
        self.progress, self.cover, self.real, self.behind = (np.zeros(shape) for _ in range(4))
        self.bill, self.users_bill, self.owed = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.adopted, self.most = np.zeros(count), np.zeros(count)
        self.x, self.fit, self.haste = (np.zeros(shape) for _ in range(3))
        self.uptake, self.compatible = np.ones(shape), np.ones(shape)
        self.user_fit = np.zeros((count, len(self.home)))
        self.ledger = np.zeros((*shape, IN_LEDGER))
        self.redesigned = np.zeros(shape, int)
        self.held, self.seen, self.piloted = np.full(shape, NOT_HELD), np.zeros(shape), np.zeros(shape, int)
        self.own_priority, self.priority, self.carriers = np.zeros(shape), np.zeros(shape), {}
        self.asked, self.served = np.zeros(shape[0] + 1, int), np.zeros(shape[0] + 1, int)

    def add_focal(self, count):
        self.focal = i = int((self.arrival <= self.p["focal.arrival"]).sum())
        names = (
            "arrival", "duration", "radicalness", "ambiguity", "heterogeneity", "spillover", "visibility", "conflict",
            "urgency", "personal_effort",
        )  # fmt: skip
        for name in names:
            setattr(self, name, np.insert(getattr(self, name), i, self.p[f"focal.{name}"]))
        angle = 2.0 * np.pi * self.luck("direction", count)
        self.ambition = np.insert(self.ambition, i, self.p["changes.ambition"] * self.p["focal.users"])
        self.direction = np.insert(self.direction, i, [np.cos(angle), np.sin(angle)], axis=0)
        self.need = np.insert(self.need, i, self.ambiguity[i] * self.normal("need", count))
        self.error = np.insert(self.error, i, self.normal("estimation", count))
        self.head_start = np.insert(self.head_start, i, 0.0)

    def of_focal(self, i, name, otherwise=0.0):
        return self.p[f"focal.{name}"] if i == self.focal else otherwise
