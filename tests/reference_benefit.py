"""Part of the reference implementation (`reference_implementation.py`): benefit and its account, reports, and responses."""

import math

import numpy as np
from reference_world import (
    ABANDONED,
    AHEAD,
    AUTHORITIES,
    CAPACITY,
    CENTRE,
    DEVALUED,
    IN_LEDGER,
    NOT_STARTED,
    NOT_TAKEN_UP,
    RITUAL,
    SPILLOVER,
    THIRD_SECTOR,
    USERS,
    WRONG,
    World,
    bite,
    evenness,
    within,
)  # fmt: skip


class Benefit(World):
    """What reaches users, what is lost and why, and how everyone responds to it."""

    def deliver(self):
        adopted = {}
        for i in self.live:
            made = self.designed[:, i] == 1
            if made.any():
                standard = np.average(self.x[made, i], weights=self.weight[made])
                miss = self.x[made, i] - standard
                self.compatible[made, i] = np.exp(-(miss**2) / (2.0 * self.p["design.tolerance"] ** 2))
            adopted[i] = (self.weight * self.real[:, i] * self.compatible[:, i]).sum()
        nation = np.zeros(3)
        for a in range(len(self.people)):
            sums = np.zeros(3)
            for i in self.live:
                sums += self.benefit(a, i, adopted[i])
            intended, realised, reported = sums
            self.intended, self.realised = self.intended + intended, self.realised + realised
            self.nominal += reported
            nation += intended, reported, realised
            self.results[a] = min(1.0, realised / intended) if intended > 0.0 else 0.0
            self.promise[a] = (reported - realised) / reported if reported > 0.0 else 0.0
        self.by_month.append(tuple(nation))

    def benefit(self, a, i, adopted):
        full, shift, cover = self.ambition[i] * self.people[a], self.lengths[3], self.cover[a, i]
        planned = max(0.0, (self.plan(i, self.t + 1) - (1.0 - shift)) / shift)
        missing, ledger = full * (planned - cover), self.ledger[a, i]
        if missing > 0.0:
            shares = ledger / ledger.sum() if ledger.sum() > 0.0 else np.eye(IN_LEDGER)[CAPACITY]
            self.lost[:IN_LEDGER] += missing * shares
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
            users, strength = self.users[a], self.m["uptake"] * self.personal_effort[i]
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
            busy, worked = min(1.0, self.busy[a]), min(1.0, self.worked[a] / self.ref("hidden_learning"))
            done = self.ref("practice_gain") * (busy + m["hidden_work"] * (worked - busy)) * missing
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

    def told(self, a, i):
        orders = 0.5 * (self.starter[a, i] == CENTRE) + 0.5 * (self.designer[a, i] == CENTRE)
        sharp = 1.0 - self.ref("reactance_conflict") * (1.0 - self.conflict[i])
        return orders * 0.5 * (self.agenda[CENTRE] + self.design[CENTRE]) * sharp

    def wanted_will(self, a):
        m, told, shaped = self.m, [], []
        for i in self.live:
            if self.stage[a, i] not in (NOT_STARTED, ABANDONED) and self.cover[a, i] < 1.0:
                told.append(self.told(a, i))
                shaped.append(self.room(self.designer[a, i]))
        will = self.place_will[a]
        if told:
            general = 1.0 - m["scale_up"]
            will *= 1.0 - general * m["reactance"] * self.ref("reactance_will") * np.mean(told)
            will += general * m["ownership"] * self.ref("ownership_will") * np.mean(shaped) * (1.0 - will)
        backing = 0.5 * evenness(self.information) + 0.5 * (1.0 - self.agenda[CENTRE])
        lift = self.ref("evidence_results") * self.results[a]
        lift += self.ref("evidence_vision") * self.p["centre.vision"] * backing
        return within(will + m["evidence"] * lift * (1.0 - will))
