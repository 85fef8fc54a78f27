"""Part of the reference implementation (`reference_implementation.py`): money, interest, priorities and the bar."""

import math

import numpy as np
from reference_world import (
    AFRAID,
    AUTHORITIES,
    CENTRE,
    NOT_A_PRIORITY,
    NOT_ABLE,
    NOT_HELD,
    SHAPE,
    SHIFT,
    SHORT_OF_STAFF,
    SPARK,
    THIRD_SECTOR,
    USERS,
    World,
    within,
)  # fmt: skip

LAST_MONTH = 32_000


class Priorities(World):
    """What changes are worth to places, and which of them are held below the bar."""

    # ---- money

    def shared_money(self):
        spread = self.p["authorities.ability_spread"]
        behind = ((self.weight * self.reported).sum() - self.reported) / spread if spread > 0.0 else 0.0
        tilt = self.m["uneven_ability"] * self.ref("equalising_money") * self.resource[CENTRE]
        funded = 1.0 + tilt * np.clip(behind, -1.0, 1.0) * np.ones(len(self.people))
        offered = np.array([
            sum((self.purse(a, i, "pilot") + self.purse(a, i, "scale_up")) * self.full_hours(a, i) for i in self.live)
            for a in range(len(self.people))
        ])  # fmt: skip
        # Nothing is offered where nothing is there to be tilted.
        return funded * offered.sum() / (offered * funded).sum() if offered.any() else funded

    def persistence_at(self, age):
        beyond = age - self.p["money.secure_months"]
        return 1.0 if beyond <= 0.0 else max(1e-9, self.p["centre.will"]) ** (beyond / 12.0)

    def lasting(self, i):
        lasting = self.persistence_at(self.t - self.arrival[i])
        return lasting + self.of_focal(i, "ring_fenced") * (1.0 - lasting)

    def purse(self, a, i, name):
        rate = self.p[f"money.{name}"] + self.of_focal(i, name)
        return (rate + self.m["concordat"] * self.p["pledge.money"] * self.bound(a, i)) * self.lasting(i)

    def full_hours(self, a, i):
        hours = self.p["work.load"] * self.p["work.hours_per_person"] * self.people[a]
        return hours * (0.5 + self.radicalness[i]) * self.of_focal(i, "users", 1.0) / self.duration[i]

    def bound(self, a, i):
        return self.signed[a] if self.focal is None or i == self.focal else 0.0

    # ---- interest

    def carrier(self, a, i):
        """The month since which somebody carries the change here (0 for the first), and the month they leave in."""
        if (a, i) not in self.carriers:
            self.carriers[a, i] = 0, self.leaves(a, i, max(0, int(self.arrival[i])), 0)
        since, leaves = self.carriers[a, i]
        while self.t >= leaves and since < leaves:
            since, leaves = leaves, self.leaves(a, i, leaves, leaves)
            self.carriers[a, i] = since, leaves
        return since, leaves

    def leaves(self, a, i, came, drawn):
        chance = self.ref("scale_up_carriers")
        if chance <= 0.0:
            stays = LAST_MONTH
        elif chance >= 1.0:
            stays = 1
        else:
            stays = 1 + math.floor(
                math.log(self.luck("carrier_leaves", a, i, drawn)) / math.log(1.0 - chance)
            )
        return min(LAST_MONTH, came + stays)

    def drawn_interest(self, a, i):
        mean = min(0.95, max(0.01, self.ref("scale_up_interest") * self.will[a]))
        return self.luck("interest", a, i, self.carrier(a, i)[0]) ** (1.0 / mean - 1.0)

    def interest(self, a, i):
        m, own = self.m, self.drawn_interest(a, i)
        own *= 1.0 - m["reactance"] * self.ref("reactance_will") * self.told(a, i)
        own += m["ownership"] * self.ref("ownership_will") * self.room(self.designer[a, i]) * (1.0 - own)
        shown = m["evidence"] * self.ref("evidence_pilot") * min(1.0, max(-1.0, self.seen[a, i]))
        own += shown * (1.0 - own) if shown > 0.0 else shown * own
        if self.starter[a, i] != CENTRE:
            own *= 1.0 - m["spillover"] * self.ref("spillover_starts") * self.spillover[i]
        return own

    def see_pilots(self):
        for a in range(len(self.people)):
            for i in self.live:
                full = self.stage[a, i] == SHAPE and self.progress[a, i] >= 1.0
                if not self.piloted[a, i] and self.designed[a, i] and (full or self.stage[a, i] == SHIFT):
                    self.piloted[a, i] = 1
                    self.show(a, i)

    def show(self, a, i):
        shown = 2.0 * self.heard_fit(a, i) - 1.0
        self.seen[a, i] += shown
        for b, around in enumerate(self.ties):
            self.seen[b, i] += shown * sum(weight for c, weight in around if c == a)

    # ---- pressure

    def attention(self):
        """What the centre's pressure on each change is multiplied by: attention, and how overdue the change is."""
        ages = {i: self.t - self.arrival[i] - self.duration[i] for i in self.live}
        lasting = {i: self.persistence_at(age) for i, age in ages.items()}
        number = sum(lasting[i] * (1.0 - self.adopted[i]) for i in self.live)
        span = self.ref("mandate_span") * self.p["centre.capacity"]
        thinned = 1.0 if number <= span else span / number
        return {i: thinned * lasting[i] for i in self.live}

    def months_left(self, i):
        due = self.of_focal(i, "due", self.arrival[i] + self.duration[i])
        return None if i == self.focal and due < 0 else due - self.t

    def judged(self, a, i, attention):
        """Pressure of those who judge: on what is reported, and on what is done."""
        around = sum(weight * self.will[b] for b, weight in self.ties[a])
        trust = self.trust[self.users[a]].mean()
        voices = (self.p["centre.will"] * attention, around, min(1.0, self.broker[a]), trust)
        presses = [share * voice for share, voice in zip(self.judges, voices, strict=True)]
        visible = self.visibility[i]
        sees = [visible + (1.0 - visible) * share for share in self.information]
        strength = self.m["mandate"] * self.ref("mandate_pressure")
        others = (CENTRE, AUTHORITIES, THIRD_SECTOR)
        reports = self.looks[0] * sum(presses[kind] for kind in others)
        outcomes = self.looks[1] * sum(presses[kind] * sees[kind] for kind in others)
        outcomes += (self.looks[0] + self.looks[1]) * presses[USERS] * sees[USERS]
        return strength * reports, strength * outcomes

    def date(self, a, i):
        left = self.months_left(i)
        if left is None:
            return 0.0
        near = max(0.0, 1.0 - left / 12.0) if left >= 0.0 else max(self.promised(a, i), 1.0 + left / 12.0)
        grip = self.m["mandate"] * self.judges[CENTRE] * self.p["centre.will"]
        return min(1.0, grip * self.ref("mandate_target") * near)

    def promised(self, a, i):
        return self.m["concordat"] * self.p["pledge.cost"] * self.p["pledge.monitoring"] * self.bound(a, i)

    def pressing_need(self, i):
        closed = self.of_focal(i, "closed")
        return min(1.0, self.m["urgency"] * (self.ref("urgency_pressure") * self.urgency[i] + closed))

    def law(self, i):
        left = self.months_left(i)
        near = 1.0 if left is None else min(1.0, max(0.0, 1.0 - left / 12.0))
        unseen = self.ref("mandate_unseen") * (1.0 - self.visibility[i])
        return self.m["mandate"] * self.of_focal(i, "duty") * near * (1.0 - unseen)

    def legal_force(self, i):
        return self.m["scale_up"] * self.m["mandate"] * self.of_focal(i, "duty") * self.visibility[i]

    # ---- the bar

    def set_priorities(self, funded):
        self.held[:] = NOT_HELD
        if self.m["scale_up"] <= 0.0:
            return
        if self.m["evidence"] > 0.0:
            self.see_pilots()
        attention = self.attention()
        for a in range(len(self.people)):
            for i in self.live:
                if SPARK <= self.stage[a, i] <= SHIFT:
                    self.set_priority(a, i, attention[i], funded[a])

    def set_priority(self, a, i, attention, funded):
        on_reports, on_outcomes = self.judged(a, i, attention)
        pledge = self.promised(a, i)
        meant = self.luck("intent", a) < self.p["pledge.intent"]
        purse = min(1.0, self.purse(a, i, "scale_up") * funded)
        money = self.ref("scale_up_earmark") * self.resource[CENTRE] * purse
        idle = (
            (1.0 - self.interest(a, i))
            * (1.0 - self.pressing_need(i))
            * (1.0 - on_outcomes)
            * (1.0 - pledge * meant)
        )
        self.own_priority[a, i] = 1.0 - idle
        idle *= (1.0 - on_reports) * (1.0 - self.date(a, i)) * (1.0 - self.law(i))
        idle *= (1.0 - pledge * (not meant)) * (1.0 - money)
        self.priority[a, i] = 1.0 - idle
        if self.stage[a, i] == SPARK:
            purse = min(1.0, self.purse(a, i, "pilot") * funded)
        if self.priority[a, i] < self.bar(a, i, purse):
            self.held[a, i] = self.cause(a, i, purse)

    def bar(self, a, i, purse, workload=None, ability=None, fear=None):
        busy = min(1.5, self.workload[a] if workload is None else workload)
        differs = self.ref("scale_up_efficacy") * self.normal("efficacy", a, i)
        able = within(self.ability[a] + differs) if ability is None else ability
        fear = self.fear[i] if fear is None else fear
        bar = self.m["scale_up"] * self.ref("scale_up_bar")
        bar *= 1.0 + self.ref("scale_up_spread") * (2.0 * self.luck("resistance", a, i) - 1.0)
        load = self.ref("scale_up_load")
        bar *= 1.0 - load + load * busy * (1.0 - purse)
        if self.starter[a, i] != CENTRE:
            bar *= 1.0 + self.m["overload"] * max(0.0, busy - self.ref("overload_room"))
        bar *= 1.0 + self.m["blame"] * self.ref("blame_bar") * fear
        bar *= 1.0 + self.ref("scale_up_ability") * (1.0 - able)
        return bar * (self.ref("scale_up_try") if self.stage[a, i] == SPARK else 1.0)

    def cause(self, a, i, purse):
        """What would have had to be otherwise for the bar to be reached; of several, what would have lowered it most."""
        bars = {
            SHORT_OF_STAFF: self.bar(a, i, purse, workload=min(1.0, self.workload[a])),
            NOT_ABLE: self.bar(a, i, purse, ability=1.0),
            AFRAID: self.bar(a, i, purse, fear=0.0),
        }
        reached = [cause for cause, bar in bars.items() if self.priority[a, i] >= bar]
        return min(reached, key=bars.get, default=NOT_A_PRIORITY)
