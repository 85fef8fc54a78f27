"""The model written a second time, from `docs/odd.md` alone: plain Python, slow, and no line of it shared with `sim`.

Where it and the model agree to the last digits, the description is complete. Symbols are those of the description;
parameters are asked for by their keys. Only the default form of advance and ties (not complete mixing) are here. The
world at the start, priorities, work, and benefit stand in files of their own beside this one.
"""

import math

import numpy as np
from reference_benefit import Benefit
from reference_dated import Dated
from reference_work import Work
from reference_world import (
    ABANDONED,
    AUTHORITIES,
    CENTRE,
    LATE,
    NOT_HELD,
    NOT_STARTED,
    OPEN,
    PASSING,
    QUEUED,
    SEE,
    SHAPE,
    SHIFT,
    SPARK,
    USERS,
    WRONG,
    evenness,
    holder,
)


class ReferenceModel(Work, Benefit, Dated):
    """One run from its start to its end.

    Asked for by parameters by key, a table of rights (row -> shares), strengths by name, months in which a pledge is
    open, and other changes of national parameters (month or what is watched, key, value, how many months it lasts).
    """

    # ---- a month

    def run(self):
        for month in range(self.months):
            self.t = month
            self.change_parameters()
            self.hear_of_focal()
            self.live = [i for i in range(len(self.arrival)) if self.arrival[i] <= month]
            self.hand_over()
            self.start_changes()
            self.make_designs()
            self.adapt_designs()
            self.pass_gates()
            self.sign_pledge()
            funded = self.shared_money()
            self.set_priorities(funded)
            self.call_on_bodies()
            for a, tilted in enumerate(funded):
                self.work_in(a, tilted)
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
            return max(self.legal_force(i), min(1.0, base / (1.0 + base * delay)))
        held = m["spillover"] * self.ref("spillover_starts") * self.spillover[i]
        around = sum(weight for b, weight in self.ties[a] if 0 <= before[b, i] < self.t)
        chance = min(
            1.0,
            base / (1.0 + base * delay) * (1.0 - held)
            + m["peer_learning"] * self.ref("peer_starts") * around,
        )
        if m["scale_up"] > 0.0:
            chance *= 1.0 - m["scale_up"] * self.ref("scale_up_pull") * (1.0 - self.drawn_interest(a, i))
        return max(self.legal_force(i), chance)

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
        elif m["local_need"] > 0.0:
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

    def heard_fit(self, a, i):
        """The fit of a pilot as its designer hears of it."""
        rosy = (
            self.m["information_loss"] * self.ref("information_optimism") * self.layers(self.designer[a, i])
        )
        return self.fit[a, i] + (1.0 - self.fit[a, i]) * min(1.0, rosy)

    def judge_pilot(self, a, i):
        p, m = self.p, self.m
        if self.reviewed[a, i]:
            return
        self.reviewed[a, i] = 1
        if self.heard_fit(a, i) >= m["fail_fast"] * self.ref("fail_fast_fit") * (
            1.0 - m["blame"] * self.fear[i]
        ):
            return
        if m["scale_up"] > 0.0 and m["evidence"] > 0.0:
            if not self.piloted[a, i]:
                self.show(a, i)
            self.piloted[a, i] = 0
        self.stage[a, i], self.progress[a, i], self.redesigned[a, i] = SPARK, 0.0, 1
        self.ledger[a, i, WRONG] += self.lengths[1] + self.lengths[2]
        taught = self.ref("fail_fast_signals")
        self.bill_anew(a, i, 1.0, taught)
        error = p["design.signal_noise"] ** 2 / self.ref("fail_fast_signals")
        prior = self.ambiguity[i] ** 2 + self.heterogeneity[i] ** 2 + p["design.translation_error"] ** 2
        taught = self.need[i] + self.difference[a, i] + self.normal("pilot", a, i) * math.sqrt(error)
        self.put_to_use(a, i, self.x[a, i] + prior / (prior + error) * (taught - self.x[a, i]))

    def adapt_designs(self):
        pause = 2 * self.p["users.review_months"]
        strength = self.m["adaptation"] * self.ref("adaptation_rate")
        if self.t == 0 or self.t % pause or strength <= 0.0:
            return
        delay = self.m["information_loss"] * self.ref("information_delay")
        for a, i in ((a, i) for a in range(len(self.people)) for i in self.live):
            in_use = self.stage[a, i] == SHIFT and self.designed[a, i] and self.real[a, i] > 0.0
            if not in_use or self.held[a, i] != NOT_HELD:
                continue
            who = self.designer[a, i]
            known = self.m["local_need"] * self.ref("local_need_share")
            if who == CENTRE:
                known *= self.p["hierarchy.central_grain"] * self.information[CENTRE]
            if self.redesigned[a, i]:
                known = 1.0
            right = self.need[i] + known * self.difference[a, i]
            x = self.x[a, i]
            for _ in range(pause):
                x += strength * self.real[a, i] / (1.0 + delay * self.layers(who)) * (right - x)
            self.put_to_use(a, i, x)

    # ---- gates

    def waived(self, i):
        return max(self.of_focal(i, "waived"), self.legal_force(i))

    def head(self, a, i):
        decides = self.starter if self.stage[a, i] == SEE else self.designer
        return len(self.people) if decides[a, i] == CENTRE else a

    def come_to_points(self, a, i):
        self.gate[a, i], stage = PASSING, self.stage[a, i]
        if stage == SEE:
            return
        three = (self.agenda, self.design, self.resource)
        left = 1.0 - self.waived(i)
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
            if self.stage[a, i] >= SPARK and self.held[a, i] != NOT_HELD:
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
                head = self.head(a, i)
                if self.must_ask(a, i) or not self.waived(i):
                    if self.ticket[a, i] >= self.served[head]:
                        continue
                    kept = self.persistence_at(self.t - self.arrival[i])
                    if head == count and self.luck("seen_through", a, i, self.t) >= kept:
                        self.ticket[a, i] = self.asked[head]
                        self.asked[head] += 1
                        continue
                self.come_to_points(a, i)
            elif self.waived(i):
                before = self.vertical[a, i], self.horizontal[a, i]
                self.come_to_points(a, i)
                self.vertical[a, i] = min(before[0], self.vertical[a, i])
                self.horizontal[a, i] = min(before[1], self.horizontal[a, i])
            self.try_to_pass(a, i)

    def must_ask(self, a, i):
        share = self.m["attention"] * (1.0 - self.waived(i))
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
                continue
            met = sum(weight * before[b] for b, weight in self.ties[a]) >= threshold
            if met and self.luck("signing", a, 0, self.t) < self.p["pledge.signing"]:
                self.signed[a] = 1.0
