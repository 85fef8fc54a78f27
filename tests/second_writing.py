"""The model written a second time, from `docs/odd.md` alone: plain Python, slow, and no line of it shared with `sim`.

Where it and the model agree to the last digits, the description is complete. Symbols are those of the description;
parameters are asked for by their keys. Only the default form of advance and ties (not complete mixing) are here.
"""

import csv
import math
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
    "queue_order", "stage", "threshold", "intent", "picture", "seen_through",
)  # fmt: skip
NOT_STARTED, SEE, SPARK, SHAPE, SHIFT, ABANDONED = range(6)
OPEN, QUEUED, PASSING = range(3)
CENTRE, AUTHORITIES, THIRD_SECTOR, USERS = range(4)
(LATE, CLEARANCE, ATTENTION, WILL, ABILITY, CAPACITY) = range(6)
WRONG, RELAPSE, BLAME, RITUAL, NOT_TAKEN_UP, SPILLOVER, DEVALUED, AHEAD = range(11, 19)


def mix(word):
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & WORD
    return word ^ (word >> 31)


def within(value):
    return np.clip(value, 0.0, 1.0)


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


class SecondWriting:
    """One run from its start to its end.

    Asked for by parameters by key, a table of rights (row -> shares), strengths by name, months in which a pledge is
    open, and other dated changes of national parameters (month, key, value).
    """

    def __init__(self, parameters, rights, strengths, folder, seed, replication, pledge=(0, 0), dated=()):
        self.p, self.m, self.pledge, self.dated = dict(parameters), strengths, pledge, dated
        self.lay_table(rights)
        world = mix((mix((seed + GOLDEN) & WORD) + GOLDEN * (replication + 1)) & WORD)
        self.keys = {name: mix((world + GOLDEN * (k + 1)) & WORD) for k, name in enumerate(STREAMS)}
        self.months = self.p["population.months"]
        self.lengths = np.array([self.p[f"work.{stage}"] for stage in ("see", "spark", "shape", "shift")])
        self.lengths /= self.lengths.sum()
        self.lost, self.intended, self.realised, self.nominal = np.zeros(19), 0.0, 0.0, 0.0
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
        self.limit = 1.0 - self.m["blame"] * self.ref("blame_scale") * self.fear

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
        self.results, self.promise, self.busy, self.teams = (np.zeros(count) for _ in range(4))
        self.broker, self.support, self.co_design = (np.zeros(count) for _ in range(3))
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
        self.ledger = np.zeros((*shape, 14))
        self.asked, self.served = np.zeros(shape[0] + 1, int), np.zeros(shape[0] + 1, int)

    def add_focal(self, count):
        self.focal = i = int((self.arrival <= self.p["focal.arrival"]).sum())
        names = (
            "arrival",
            "duration",
            "radicalness",
            "ambiguity",
            "heterogeneity",
            "spillover",
            "visibility",
        )
        for name in (*names, "conflict", "urgency"):
            setattr(self, name, np.insert(getattr(self, name), i, self.p[f"focal.{name}"]))
        angle = 2.0 * np.pi * self.luck("direction", count)
        self.ambition = np.insert(self.ambition, i, self.p["changes.ambition"] * self.p["focal.users"])
        self.direction = np.insert(self.direction, i, [np.cos(angle), np.sin(angle)], axis=0)
        self.need = np.insert(self.need, i, self.ambiguity[i] * self.normal("need", count))
        self.error = np.insert(self.error, i, self.normal("estimation", count))
        self.head_start = np.insert(self.head_start, i, 0.0)

    def of_focal(self, i, name, otherwise=0.0):
        return self.p[f"focal.{name}"] if i == self.focal else otherwise

    # ---- a month

    def run(self):
        for month in range(self.months):
            self.t = month
            now = {key: value for when, key, value in self.dated if when == month}
            self.lay_table(now.pop("power", {}))
            self.p.update(now)
            self.hear_of_focal()
            self.live = [i for i in range(len(self.arrival)) if self.arrival[i] <= month]
            self.hand_over()
            self.start_changes()
            self.make_designs()
            self.pass_gates()
            self.sign_pledge()
            for a, around in enumerate(self.shared_money()):
                self.work_in(a, around)
            self.deliver()
            self.report()
            self.respond()
            self.adopted = self.weight @ self.real
            self.most = np.maximum(self.most, self.adopted)
        return self

    def persistence(self):
        ended = self.ambition * (self.arrival + self.duration <= self.months)
        return (ended * self.adopted).sum() / (ended * self.most).sum()

    def hear_of_focal(self):
        if self.focal is not None:
            i = self.focal
            self.visibility[i], self.urgency[i] = self.p["focal.visibility"], self.p["focal.urgency"]
            self.be_afraid()

    def layers(self, who):
        passed = self.m["citizen_data"] * self.ref("citizen_layers") * self.information[USERS]
        climbed = {CENTRE: self.p["hierarchy.layers"], AUTHORITIES: self.p["hierarchy.local_layers"]}
        return climbed.get(who, 0.0) * (1.0 - passed)

    def plan(self, i, moment):
        return min(1.0, max(0.0, (moment - self.arrival[i]) / self.duration[i]))

    def signals(self, a, i):
        return self.p["design.signals"] * (
            1.0 - self.m["pace"] * self.ref("pace_discovery") * self.haste[a, i]
        )

    def hand_over(self):
        m = self.m
        for a, i in ((a, i) for a in range(len(self.people)) for i in self.live):
            if not SEE <= self.stage[a, i] <= SHAPE:
                continue
            agenda = holder(self.agenda, self.luck("agenda_holder", a, i))
            design = holder(self.design, self.luck("design_holder", a, i))
            passes = design != self.designer[a, i] and not self.reviewed[a, i]
            if self.gate[a, i] == QUEUED and (passes or agenda != self.starter[a, i]):
                self.gate[a, i] = OPEN
            self.starter[a, i] = agenda
            if not passes:
                continue
            self.designer[a, i] = design
            if not self.designed[a, i]:
                if m["design_economies"] + m["local_need"] > 0.0:
                    self.settle_bill(a, i)
            elif max(m[k] for k in ("local_need", "peer_learning", "information_loss", "central_expertise")):
                again = m["design_economies"] * self.own_design(a, i)
                signals = self.signals(a, i) * (again + (design != CENTRE) * m["local_need"])
                self.bill_anew(a, i, again, signals)
                self.put_to_use(a, i, self.new_design(a, i))

    def own_design(self, a, i):
        if self.designer[a, i] != CENTRE:
            return 1.0
        takes = [self.luck("design_holder", b, i) < self.design[CENTRE] for b in range(len(self.people))]
        return self.weight[a] / self.weight[takes].sum()

    def settle_bill(self, a, i):
        m = self.m
        share = (1.0 - m["design_economies"]) * self.weight[a] + m["design_economies"] * self.own_design(a, i)
        signals = self.signals(a, i) * (share + (self.designer[a, i] != CENTRE) * m["local_need"])
        self.owed[a, i] = 0.0
        self.bill_anew(a, i, share, signals)

    def bill_anew(self, a, i, designs, signals):
        p, owed = self.p, self.owed[a, i]
        self.bill[a, i] = (
            owed * self.bill[a, i] + designs * p["design.hours"] + signals * p["design.signal_hours"]
        )
        self.users_bill[a, i] = owed * self.users_bill[a, i] + signals * p["design.signal_user_hours"]
        self.owed[a, i] = 1.0

    def start_changes(self):
        before = self.started.copy()
        for a, i in (
            (a, i) for a in range(len(self.people)) for i in self.live if self.stage[a, i] == NOT_STARTED
        ):
            who = holder(self.agenda, self.luck("agenda_holder", a, i))
            begun = self.t == 0 and self.arrival[i] < 0
            if (
                begun
                or self.of_focal(i, "stage")
                or self.luck("start", a, i, self.t) < self.chance_to_start(a, i, who, before)
            ):
                self.start(a, i, who, begun)

    def chance_to_start(self, a, i, who, before):
        m, base = self.m, self.p["work.start_chance"]
        delay = m["information_loss"] * self.ref("information_delay") * self.layers(who)
        if who == CENTRE:
            return min(1.0, base / (1.0 + base * delay))
        held = m["spillover"] * self.ref("spillover_starts") * self.spillover[i]
        around = sum(weight for b, weight in self.ties[a] if 0 <= before[b, i] < self.t)
        chance = min(
            1.0,
            base / (1.0 + base * delay) * (1.0 - held)
            + m["peer_learning"] * self.ref("peer_starts") * around,
        )
        return chance * (1.0 - m["layering"]) if self.busy[a] >= self.ref("layering_room") else chance

    def start(self, a, i, who, begun):
        p, m = self.p, self.m
        self.starts += 1
        self.starter[a, i], self.designer[a, i] = who, holder(self.design, self.luck("design_holder", a, i))
        self.started[a, i], self.stage[a, i] = self.t, SEE
        if m["pace"] > 0.0:
            will = p["centre.will"] if who == CENTRE else self.will[a]
            kept = self.luck("protection", a, i) >= p["pace.broken"] * (1.0 - will)
            self.haste[a, i] = p["pace.pressure"] * (1.0 - p["pace.protected"] if kept else 1.0)
        self.settle_bill(a, i)
        if self.of_focal(i, "stage"):
            self.stage[a, i] = self.p["focal.stage"]
            if self.stage[a, i] == SHIFT:
                self.cover[a, i] = self.real[a, i] = self.p["focal.coverage"]
            if self.stage[a, i] >= SHAPE:
                self.put_to_use(a, i, self.new_design(a, i))
        if begun:
            planned = min(1.0, -self.arrival[i] / self.duration[i])
            see, spark = self.lengths[:2]
            done = self.head_start[i] * min(planned, see + spark)
            self.ledger[a, i, LATE] = planned - done
            if done < see:
                self.progress[a, i] = done / see
            else:
                self.stage[a, i], self.progress[a, i] = SPARK, min(1.0, (done - see) / spark)

    def make_designs(self):
        for a, i in (
            (a, i) for a in range(len(self.people)) for i in self.live if self.progress[a, i] >= 1.0
        ):
            if self.stage[a, i] == SPARK and not self.designed[a, i]:
                self.put_to_use(a, i, self.new_design(a, i))
            elif self.stage[a, i] == SHAPE and self.gate[a, i] == OPEN and self.m["fail_fast"] > 0.0:
                self.judge_pilot(a, i)

    def new_design(self, a, i):
        p, m, who = self.p, self.m, self.designer[a, i]
        count = self.signals(a, i)
        variance = p["design.signal_noise"] ** 2
        variance *= 1.0 + m["information_loss"] * self.ref("information_noise") * self.layers(who)
        if who == CENTRE:
            variance *= 1.0 - m["central_expertise"] * self.ref("expertise_variance") * p["centre.ability"]

        def estimate(prior, number, truth, error):
            if prior <= 0.0 or number <= 0.0:
                return 0.0
            return prior / (prior + variance / number) * (truth + error * math.sqrt(variance / number))

        x = estimate(self.ambiguity[i] ** 2, count, self.need[i], self.error[i])
        kept = m["local_need"] * self.ref("local_need_share")
        if who == CENTRE:
            x += kept * p["hierarchy.central_grain"] * self.information[CENTRE] * self.difference[a, i]
        elif kept > 0.0:
            users = self.users[a]
            voice = self.trust[users].mean() * self.user_ability[users].mean()
            _, own, theirs, personal = self.information
            local = count * (own + min(1.0, self.broker[a]) * theirs + voice * personal)
            local += p["bodies.brokered"] * self.broker[a] * (own + theirs + personal)
            error = self.normal("local_estimation", a, i)
            self.brokering[a] += p["bodies.brokered"] * self.broker[a] * p["design.signal_hours"]
            x += kept * estimate(self.heterogeneity[i] ** 2, local, self.difference[a, i], error)
        stray = p["design.translation_error"]
        x += stray * self.normal("translation", a, i)
        if who != CENTRE:
            best, shown = (
                x,
                p["design.tolerance"]
                / math.sqrt(p["design.tolerance"] ** 2 + p["design.within"] ** 2 + stray**2),
            )
            for b, _ in self.ties[a]:
                if self.real[b, i] > 0.0 and self.designer[b, i] != CENTRE and self.fit[b, i] > shown:
                    best, shown = self.x[b, i], self.fit[b, i]
            x += m["peer_learning"] * self.ref("peer_copy") * (best - x)
        return x

    def put_to_use(self, a, i, x):
        own = self.m["citizen_data"] * self.ref("citizen_personal") * self.information[USERS]
        personal = self.p["design.within"] * (1.0 - own) * (self.person[self.users[a]] @ self.direction[i])
        miss = x - self.need[i] - self.difference[a, i] - personal
        suits = np.exp(-(miss**2) / (2.0 * self.p["design.tolerance"] ** 2))
        self.x[a, i], self.designed[a, i] = x, 1
        self.user_fit[i, self.users[a]], self.fit[a, i] = suits, suits.mean()

    def judge_pilot(self, a, i):
        p, m = self.p, self.m
        if self.reviewed[a, i]:
            return
        self.reviewed[a, i] = 1
        rosy = m["information_loss"] * self.ref("information_optimism") * self.layers(self.designer[a, i])
        seen = self.fit[a, i] + (1.0 - self.fit[a, i]) * min(1.0, rosy)
        if seen >= m["fail_fast"] * self.ref("fail_fast_fit") * (1.0 - m["blame"] * self.fear[i]):
            return
        self.stage[a, i], self.progress[a, i] = SPARK, 0.0
        self.ledger[a, i, WRONG] += self.lengths[1] + self.lengths[2]
        taught = self.ref("fail_fast_signals")
        self.bill_anew(a, i, 1.0, taught)
        error = p["design.signal_noise"] ** 2 / self.ref("fail_fast_signals")
        prior = self.ambiguity[i] ** 2 + self.heterogeneity[i] ** 2 + p["design.translation_error"] ** 2
        taught = self.need[i] + self.difference[a, i] + self.normal("pilot", a, i) * math.sqrt(error)
        self.put_to_use(a, i, self.x[a, i] + prior / (prior + error) * (taught - self.x[a, i]))

    # ---- gates

    def head(self, a, i):
        decides = self.starter if self.stage[a, i] == SEE else self.designer
        return len(self.people) if decides[a, i] == CENTRE else a

    def come_to_points(self, a, i):
        self.gate[a, i], stage = PASSING, self.stage[a, i]
        if stage == SEE:
            return
        three = (self.agenda, self.design, self.resource)
        left = 1.0 - self.of_focal(i, "waived")
        stops = self.m["clearance"] * sum(right[CENTRE] for right in three) / 3.0 * left
        shared = self.m["partnership"] * sum(map(evenness, three)) / 3.0 * left
        possible = self.ref("clearance_points") * self.p["hierarchy.layers"]
        self.vertical[a, i] = sum(
            self.luck("vertical_point", a, i, 64 * k + stage) < stops * min(1.0, possible - k)
            for k in range(math.ceil(possible))
        )
        self.horizontal[a, i] = sum(
            self.luck("horizontal_point", a, i, 64 * k + stage) < shared
            for k in range(self.ref("partnership_points"))
        )

    def pass_gates(self):
        count = len(self.people)
        first = int(self.luck("queue_order", 0, 0, self.t) * count)
        for a, i in (((first + k) % count, i) for k in range(count) for i in self.live):
            if self.progress[a, i] < 1.0 or self.gate[a, i] != OPEN or not SEE <= self.stage[a, i] <= SHAPE:
                continue
            if self.must_ask(a, i):
                head = self.head(a, i)
                self.ticket[a, i], self.gate[a, i] = self.asked[head], QUEUED
                self.asked[head] += 1
            else:
                self.come_to_points(a, i)
        for head in range(count + 1):
            of_centre = self.p["attention.ratio"] * self.p["centre.capacity"]
            rate = self.p["attention.authority"] * (of_centre if head == count else self.p["attention.free"])
            self.served[head] += min(self.asked[head] - self.served[head], self.decisions(rate, head))
        for a, i in ((a, i) for a in range(count) for i in self.live if self.gate[a, i] != OPEN):
            if self.gate[a, i] == QUEUED:
                head, old = self.head(a, i), self.t - self.arrival[i] - self.p["money.secure_months"]
                if self.must_ask(a, i) or not self.of_focal(i, "waived"):
                    if self.ticket[a, i] >= self.served[head]:
                        continue
                    kept = 1.0 if old <= 0.0 else self.p["centre.will"] ** (old / 12.0)
                    if head == count and self.luck("seen_through", a, i, self.t) >= kept:
                        self.ticket[a, i] = self.asked[head]
                        self.asked[head] += 1
                        continue
                self.come_to_points(a, i)
            elif self.of_focal(i, "waived"):
                before = self.vertical[a, i], self.horizontal[a, i]
                self.come_to_points(a, i)
                self.vertical[a, i] = min(before[0], self.vertical[a, i])
                self.horizontal[a, i] = min(before[1], self.horizontal[a, i])
            self.try_to_pass(a, i)

    def must_ask(self, a, i):
        share = self.m["attention"] * (1.0 - self.of_focal(i, "waived"))
        return self.luck("queue_order", a + 1, i, self.stage[a, i]) < share

    def decisions(self, rate, head):
        luck, number, chance = self.luck("decisions", head, 0, self.t), 0, math.exp(-rate)
        total = chance
        while luck > total:
            number += 1
            chance *= rate / number
            total += chance
        return number

    def try_to_pass(self, a, i):
        if self.vertical[a, i] + self.horizontal[a, i]:
            points, name = (
                (self.vertical, "clearance") if self.vertical[a, i] else (self.horizontal, "partnership")
            )
            chance = self.ref(f"{name}_chance") * (1.0 - self.ref("clearance_conflict") * self.conflict[i])
            self.meetings[a] += self.p["attention.meeting_hours"]
            if self.luck("clearance_try", a, i, self.t) < chance:
                points[a, i] -= 1
                self.tries[a, i] = 0
            else:
                self.tries[a, i] += 1
                if self.vertical[a, i] and self.tries[a, i] >= self.ref("clearance_tries"):
                    self.stage[a, i], self.gate[a, i] = ABANDONED, OPEN
                    self.stops += 1
                    return
        if not self.vertical[a, i] + self.horizontal[a, i]:
            self.gate[a, i], self.progress[a, i], self.tries[a, i] = OPEN, 0.0, 0
            self.stage[a, i] += 1

    def sign_pledge(self):
        before, is_open = (
            self.signed.copy(),
            self.pledge[0] <= self.t < self.pledge[1] and self.m["concordat"] > 0.0,
        )
        for a in range(len(self.people)):
            threshold = self.p["pledge.threshold"] + self.p["pledge.threshold_spread"] * self.normal(
                "threshold", a
            )
            if not is_open:
                self.signed[a] = 0.0
            elif sum(weight * before[b] for b, weight in self.ties[a]) >= threshold:
                self.signed[a] = 1.0

    # ---- hours and work

    def shared_money(self):
        people, number = self.people.sum(), len(self.works_in)
        self.support[:], self.broker[:] = 0.0, 0.0
        for b, places in enumerate(self.works_in):
            part = self.body_will[b] * self.body["ability"][b] * self.body["capacity"][b] / len(places)
            for a in places:
                self.support[a] += part * self.p["bodies.hours"] * people / number
                self.broker[a] += part * people / (number * self.people[a])
        behind = ((self.weight * self.reported).sum() - self.reported) / self.p["authorities.ability_spread"]
        tilt = self.m["uneven_ability"] * self.ref("equalising_money") * self.resource[CENTRE]
        funded = 1.0 + tilt * np.clip(behind, -1.0, 1.0)
        offered = np.array([
            sum((self.purse(a, i, "pilot") + self.purse(a, i, "scale_up")) * self.full_hours(a, i) for i in self.live)
            for a in range(len(self.people))
        ])  # fmt: skip
        # Nothing is offered where nothing is there to be tilted.
        return funded * offered.sum() / (offered * funded).sum() if offered.any() else funded

    def lasting(self, i):
        age = self.t - self.arrival[i] - self.p["money.secure_months"]
        lasting = 1.0 if age <= 0.0 else self.p["centre.will"] ** (age / 12.0)
        return lasting + self.of_focal(i, "ring_fenced") * (1.0 - lasting)

    def purse(self, a, i, name):
        rate = self.p[f"money.{name}"] + self.of_focal(i, name)
        return (rate + self.m["concordat"] * self.p["pledge.money"] * self.bound(a, i)) * self.lasting(i)

    def full_hours(self, a, i):
        hours = self.p["work.load"] * self.p["work.hours_per_person"] * self.people[a]
        return hours * (0.5 + self.radicalness[i]) * self.of_focal(i, "users", 1.0) / self.duration[i]

    def is_active(self, a, i):
        if self.gate[a, i] != OPEN or not SEE <= self.stage[a, i] <= SHIFT:
            return False
        return self.stage[a, i] < SHIFT or self.cover[a, i] < self.limit[i] - 1e-9

    def divide_hours(self, a):
        p, m = self.p, self.m
        start = p["authorities.crisis_demand"] * self.crisis_start[a]
        crisis = start * (1.0 + m["prevention"] * self.ref("prevention_growth") * self.t / 12.0)
        crisis = min(1.0, crisis * (1.0 - m["prevention"] * self.ref("prevention_relief") * self.results[a]))
        capacity = within(1.0 - p["authorities.usual_business"] - crisis)
        before = min(1.0, max(1e-9, 1.0 - p["authorities.usual_business"] - min(1.0, start)))
        wanted, due, design, shared, shaping, asked = {}, {}, 0.0, 0.0, 0.0, 0.0
        for i in (i for i in self.live if self.is_active(a, i)):
            left = 1.0
            if self.stage[a, i] == SHIFT:
                left = (self.limit[i] - self.cover[a, i]) * self.lengths[3]
                left = min(1.0, left * self.duration[i] / p["work.top_speed"])
            wanted[i] = left * self.full_hours(a, i)
            due[i] = min(self.owed[a, i], p["work.top_speed"] / self.duration[i])
            design += due[i] * self.bill[a, i]
            asked += due[i] * self.users_bill[a, i]
            if self.stage[a, i] in (SPARK, SHAPE):
                shaping += self.of_focal(i, "users", 1.0)
                shared += (
                    m["participation_cost"] * self.ref("participation_hours") * self.design[USERS] * wanted[i]
                )
        work, number = sum(wanted.values()), len(wanted)
        announced = sum(self.t - 12 < self.arrival[i] <= self.t for i in self.live)
        rush = self.agenda[CENTRE] * min(1.0, announced / self.ref("policy_end_rate"))
        policy = 1.0 - m["policy_end"] * self.ref("policy_end_hours") * rush
        reports = 1.0 - m["gaming"] * self.ref("gaming_hours") * self.by_reports
        switching = 1.0 / (1.0 + m["layering"] * self.ref("layering_switching") * max(0, number - 1))
        staff, total = p["authorities.staff_hours"] * self.people[a], work + design + shared
        offered = max(0.0, staff * capacity * policy * reports * switching - self.meetings[a])
        self.meetings[a] = 0.0
        brokered = min(self.support[a], self.brokering[a])
        self.brokering[a] -= brokered
        offered += self.support[a] - brokered
        self.busy[a] = total / max(1e-9, offered)
        time = m["participation_cost"] * self.ref("participation_time") * self.design[USERS] * shaping
        granted = min(1.0, offered / total) if total > 0.0 else 1.0
        self.co_design[a] = min(1.0, time + granted * asked / (self.people[a] * p["users.hours"]))
        for i, part in due.items():
            self.owed[a, i] -= granted * part
        reasons = np.array([
            bite((staff * before + self.support[a]) / (work + design)) if total > 0.0 else 0.0,
            bite(switching), bite(policy), bite(1.0 - shared / total) if total > 0.0 else 0.0, bite(reports),
            bite(max(1e-9, capacity) / before),
        ])  # fmt: skip
        if reasons.sum() <= 0.0:
            reasons[0] = 1.0
        return wanted, granted, reasons / reasons.sum()

    def effort(self, a, i):
        p, m, will, genuine, speed = self.p, self.m, self.will[a], 1.0, 1.0
        seen, floor = self.visibility[i], self.ref("mandate_floor")
        grip = m["mandate"] * self.judges[CENTRE] * p["centre.will"]
        duty = self.of_focal(i, "duty")
        grip, floor = grip + duty * (m["mandate"] - grip), max(floor, duty)
        if will < floor:
            genuine *= 1.0 - grip * (1.0 - seen - (1.0 - seen) * min(1.0, will / floor))
            will += grip * (floor - will)
        due = self.of_focal(i, "due", self.arrival[i] + self.duration[i])
        left = due - self.t
        if 0.0 <= left < 12.0 and (i != self.focal or due >= 0):
            speed *= 1.0 + grip * self.ref("mandate_target") * (1.0 - left / 12.0)
        if self.bound(a, i):
            lift = m["concordat"] * p["pledge.cost"] * p["pledge.monitoring"] * (1.0 - will)
            if self.luck("intent", a) >= p["pledge.intent"]:
                genuine *= 1.0 - lift / (will + lift) * (1.0 - p["pledge.monitoring"])
            will += lift
        if self.starter[a, i] != CENTRE and self.stage[a, i] in (SEE, SPARK):
            will *= 1.0 - m["spillover"] * self.ref("spillover_starts") * self.spillover[i]
        if self.stage[a, i] in (SEE, SPARK):
            speed *= 1.0 + m["pace"] * self.ref("pace_speed") * self.haste[a, i]
        if self.stage[a, i] == SHIFT:
            genuine *= 1.0 - m["pace"] * self.ref("pace_unready") * self.haste[a, i]
        return max(1e-9, min(1.0, will)), genuine, speed

    def bound(self, a, i):
        return self.signed[a] if self.focal is None or i == self.focal else 0.0

    def work_in(self, a, funded):
        m = self.m
        wanted, granted, reasons = self.divide_hours(a)
        supported = 0.0
        for i in self.live:
            ledger, planned = self.ledger[a, i], self.plan(i, self.t + 1) - self.plan(i, self.t)
            if self.stage[a, i] in (NOT_STARTED, ABANDONED):
                ledger[LATE if self.stage[a, i] == NOT_STARTED else CLEARANCE] += planned
                continue
            lasting = self.lasting(i)
            will, genuine, speed = self.effort(a, i)
            if i in wanted:
                money = self.purse(a, i, "scale_up" if self.stage[a, i] == SHIFT else "pilot") * funded
                teams = money * m["programme_support"] * self.ref("support_money")
                supported += teams * wanted[i]
                self.advance(
                    a,
                    i,
                    planned,
                    (will, max(1e-9, min(1.0, granted + money - teams))),
                    genuine,
                    speed,
                    reasons,
                )
            elif self.gate[a, i] != OPEN:
                ledger[ATTENTION if self.gate[a, i] == QUEUED else CLEARANCE] += planned
            if self.cover[a, i] >= self.limit[i] - 1e-9:
                ledger[:] = 0.0
                ledger[BLAME] = self.lengths[3] * (1.0 - self.limit[i])
            slip = m["relapse"] * self.ref("relapse_rate") * (1.0 - max(will, lasting))
            ledger[RELAPSE] += self.lengths[3] * slip * self.cover[a, i]
            self.cover[a, i] *= 1.0 - slip
            self.real[a, i] *= 1.0 - slip
        hours = sum(wanted.values())
        self.teams[a] = supported / hours if hours > 0.0 else 0.0

    def advance(self, a, i, planned, will_and_capacity, genuine, speed, reasons):
        will, capacity = will_and_capacity
        ability, stage = max(1e-9, self.ability[a]), self.stage[a, i]
        bold = 1.0
        if stage == SHAPE:
            bold = max(1e-9, 1.0 - self.m["blame"] * self.ref("blame_delay") * self.fear[i])
        length = self.lengths[stage - SEE]
        speed /= 1.0 - self.of_focal(i, "ready")
        step = (
            self.p["work.top_speed"] * will * ability * capacity * bold * speed / (self.duration[i] * length)
        )
        before = self.cover[a, i] if stage == SHIFT else self.progress[a, i]
        if stage != SHIFT:
            self.progress[a, i] = after = min(1.0, before + step)
        else:
            after = self.roll_out(a, i, step, genuine)
        behind = planned - (after - before) * length
        ledger = self.ledger[a, i]
        if behind > 0.0:
            bites = np.array([bite(will), bite(ability), bite(capacity), bite(bold)])
            if bites.sum() <= 0.0:
                bites[2] = 1.0
            weak, unable, short, timid = behind * bites / bites.sum()
            ledger[WILL] += weak
            ledger[ABILITY] += unable
            ledger[CAPACITY : CAPACITY + 6] += short * reasons
            ledger[BLAME] += timid
        elif ledger.sum() > 0.0:
            ledger *= max(0.0, 1.0 + behind / ledger.sum())

    def roll_out(self, a, i, step, genuine):
        before, real = self.cover[a, i], self.real[a, i]
        reported = step * (1.0 + self.m["gaming"] * self.ref("gaming_reports") * self.by_reports)
        reported = max(0.0, min(reported, self.limit[i] - before))
        after, shift = before + reported, self.lengths[3]
        self.real[a, i] = real + min(step, reported) * genuine
        if reported <= 0.0:
            return before
        late = max(0.0, self.t + 1.0 - self.arrival[i] - self.duration[i] * (1.0 - shift + shift * after))
        self.behind[a, i] = (self.behind[a, i] * before + late * reported) / after
        self.cover[a, i] = after
        return after

    # ---- benefit and responses

    def deliver(self):
        adopted = {}
        for i in self.live:
            made = self.designed[:, i] == 1
            if made.any():
                standard = np.average(self.x[made, i], weights=self.weight[made])
                miss = self.x[made, i] - standard
                self.compatible[made, i] = np.exp(-(miss**2) / (2.0 * self.p["design.tolerance"] ** 2))
            adopted[i] = (self.weight * self.real[:, i] * self.compatible[:, i]).sum()
        for a in range(len(self.people)):
            sums = np.zeros(3)
            for i in self.live:
                sums += self.benefit(a, i, adopted[i])
            intended, realised, reported = sums
            self.intended, self.realised = self.intended + intended, self.realised + realised
            self.nominal += reported
            self.results[a] = min(1.0, realised / intended) if intended > 0.0 else 0.0
            self.promise[a] = (reported - realised) / reported if reported > 0.0 else 0.0

    def benefit(self, a, i, adopted):
        full, shift, cover = self.ambition[i] * self.people[a], self.lengths[3], self.cover[a, i]
        planned = max(0.0, (self.plan(i, self.t + 1) - (1.0 - shift)) / shift)
        missing, ledger = full * (planned - cover), self.ledger[a, i]
        if missing > 0.0:
            shares = ledger / ledger.sum() if ledger.sum() > 0.0 else np.eye(14)[CAPACITY]
            self.lost[:14] += missing * shares
        else:
            self.lost[AHEAD] += missing
        if cover <= 0.0:
            return np.array([full * planned, 0.0, 0.0])
        own = self.weight[a] * self.real[a, i] * self.compatible[a, i]
        others = within(self.compatible[a, i] * (adopted - own) / (1.0 - self.weight[a]))
        part = self.m["spillover"] * self.spillover[i]
        factors = [self.real[a, i] / cover, self.fit[a, i], self.taken_up(a, i), 1.0 - part + part * others]
        late = self.m["urgency"] * self.urgency[i] * self.behind[a, i]
        reaches = math.prod(factors) * math.exp(-late)
        bites = np.array([*map(bite, factors), late])
        if bites.sum() > 0.0:
            causes = [RITUAL, WRONG, NOT_TAKEN_UP, SPILLOVER, DEVALUED]
            self.lost[causes] += full * cover * (1.0 - reaches) * bites / bites.sum()
        return full * np.array([planned, cover * reaches, cover])

    def taken_up(self, a, i):
        if self.m["uptake"] > 0.0 and self.review[a, i] <= self.t:
            users, strength = self.users[a], self.m["uptake"]
            asks = self.ref("uptake_burden")
            if self.designer[a, i] == USERS:
                asks *= 1.0 - self.ref("uptake_eased")
            asks *= 1.0 - self.m["citizen_data"] * self.ref("citizen_personal") * self.information[USERS]
            fit, able = self.user_fit[i, users], 1.0 - asks + asks * self.user_ability[users]
            self.uptake[a, i] = 1.0 - strength + strength * (fit * self.ready[users] * able).sum() / fit.sum()
            self.review[a, i] = self.t + self.p["users.review_months"]
        return self.uptake[a, i] + self.of_focal(i, "closed") * (1.0 - self.uptake[a, i])

    def report(self):
        layers = self.m["information_loss"] * self.p["hierarchy.layers"]
        blur = np.array([self.normal("picture", a, 0, self.t // 12) for a in range(len(self.people))])
        seen = self.ability + (1.0 - self.ability) * min(1.0, layers * self.ref("information_optimism"))
        seen += layers * self.ref("information_blur") * blur
        self.reported += (seen - self.reported) / (1.0 + layers * self.ref("information_delay"))

    def respond(self):
        p, m, speed = self.p, self.m, self.p["response.speed"]
        wills, abilities = self.will.copy(), self.ability.copy()
        for a, users in enumerate(self.users):
            wanted = self.wanted_will(a)
            self.disposition[a] += speed * (wanted - self.disposition[a])
            around = sum(weight * wills[b] for b, weight in self.ties[a])
            voices = (p["centre.will"], around, self.body_will.mean(), self.trust[users].mean())
            outside = sum(share * voice for share, voice in zip(self.judges, voices, strict=True))
            own, open_to = self.ref("evidence_self"), m["evidence"] * self.ref("evidence_peers")
            heard = own * wills[a] + (1.0 - own) * outside
            self.will[a] = within(open_to * heard + (1.0 - open_to) * self.disposition[a])

            lead = sum(weight * max(0.0, abilities[b] - abilities[a]) for b, weight in self.ties[a])
            lateral = 1.0 - 0.5 * (self.design[CENTRE] + self.information[CENTRE])
            skills = (p["centre.ability"], abilities[a], p["bodies.ability"], self.user_ability[users].mean())
            quality = sum(share * skill for share, skill in zip(self.resource, skills, strict=True))
            missing, gained = 1.0 - abilities[a], self.gained[a]
            gain = m["peer_learning"] * self.ref("peer_ability") * lateral * lead
            gain += (
                self.ref("support_ability") * self.teams[a] / self.ref("support_money") * quality * missing
            )
            done = self.ref("practice_gain") * min(1.0, self.busy[a]) * missing
            gain += m["practice"] * (done - self.ref("practice_turnover") * gained)
            self.gained[a] = max(0.0, min(gained + gain, 1.0 - within(self.ability_at_start[a])))
            self.ability[a] = within(self.ability_at_start[a] + self.gained[a])
        owned = m["ownership"] * self.ref("ownership_will")
        wanted = self.body["will"] + owned * self.design[THIRD_SECTOR] * (1.0 - self.body["will"])
        self.body_will += speed * (wanted - self.body_will)
        kept = 1.0 - m["evidence"] * self.ref("evidence_promises") * self.promise[self.home]
        wanted = self.user_will * kept
        wanted += owned * self.design[USERS] * (1.0 - wanted)
        self.trust += speed * (wanted - self.trust)
        spare = np.maximum(0.0, self.user_time - self.co_design[self.home])
        self.ready = self.trust * np.minimum(1.0, spare / p["users.time_needed"])

    def room(self, who):
        if who == CENTRE:
            return 0.0
        if who == AUTHORITIES:
            return 0.5 + 0.5 * min(1.0, 4.0 * self.design[USERS])
        return 0.5 * min(1.0, 4.0 * self.design[AUTHORITIES])

    def wanted_will(self, a):
        m, told, shaped = self.m, [], []
        for i in self.live:
            if self.stage[a, i] not in (NOT_STARTED, ABANDONED) and self.cover[a, i] < 1.0:
                orders = 0.5 * (self.starter[a, i] == CENTRE) + 0.5 * (self.designer[a, i] == CENTRE)
                sharp = 1.0 - self.ref("reactance_conflict") * (1.0 - self.conflict[i])
                told.append(orders * 0.5 * (self.agenda[CENTRE] + self.design[CENTRE]) * sharp)
                shaped.append(self.room(self.designer[a, i]))
        will = self.place_will[a]
        if told:
            will *= 1.0 - m["reactance"] * self.ref("reactance_will") * np.mean(told)
            will += m["ownership"] * self.ref("ownership_will") * np.mean(shaped) * (1.0 - will)
        backing = 0.5 * evenness(self.information) + 0.5 * (1.0 - self.agenda[CENTRE])
        lift = self.ref("evidence_results") * self.results[a]
        lift += self.ref("evidence_vision") * self.p["centre.vision"] * backing
        return within(will + m["evidence"] * lift * (1.0 - will))
