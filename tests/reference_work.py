"""Part of the reference implementation: hours, effort, the advance of stages, and the ledger."""

import numpy as np
from reference_priorities import Priorities
from reference_world import (
    ABANDONED,
    ABILITY,
    ATTENTION,
    BLAME,
    CAPACITY,
    CENTRE,
    CLEARANCE,
    LATE,
    NOT_A_PRIORITY,
    NOT_HELD,
    NOT_STARTED,
    OPEN,
    QUEUED,
    RELAPSE,
    SEE,
    SHAPE,
    SHIFT,
    SPARK,
    USERS,
    WILL,
    bite,
    within,
)


class Work(Priorities):
    """How hours are divided, what they do, and what is missing for lack of what."""

    def call_on_bodies(self):
        people, number = self.people.sum(), len(self.works_in)
        self.support[:], self.broker[:] = 0.0, 0.0
        for b, places in enumerate(self.works_in):
            part = self.body_will[b] * self.body["ability"][b] * self.body["capacity"][b] / len(places)
            for a in places:
                self.support[a] += part * self.p["bodies.hours"] * people / number
                self.broker[a] += part * people / (number * self.people[a])

    def is_active(self, a, i):
        if self.gate[a, i] != OPEN or not SEE <= self.stage[a, i] <= SHIFT:
            return False
        if self.is_held_back(a, i):
            return False
        return self.stage[a, i] < SHIFT or self.cover[a, i] < 1.0 - 1e-9

    def is_held_back(self, a, i):
        """Whether a cell whose gate is open does no work because it is held."""
        waits = self.progress[a, i] >= 1.0 or self.stage[a, i] == SHIFT
        return self.gate[a, i] == OPEN and self.held[a, i] != NOT_HELD and waits

    def upkeep(self, a):
        share, hours = self.m["hidden_work"] * self.ref("hidden_upkeep"), 0.0
        for i in self.live:
            if self.stage[a, i] == SHIFT:
                hours += share * self.full_hours(a, i) * self.cover[a, i]
            elif self.stage[a, i] == SHAPE and self.progress[a, i] >= 1.0:
                hours += share * self.full_hours(a, i)
        return hours

    def divide_hours(self, a):
        p, m = self.p, self.m
        start = p["authorities.crisis_demand"] * self.crisis_start[a]
        crisis = start * (1.0 + m["prevention"] * self.ref("prevention_growth") * self.t / 12.0)
        crisis = min(1.0, crisis * (1.0 - m["prevention"] * self.ref("prevention_relief") * self.results[a]))
        grown = self.ref("hidden_staff") / max(1e-9, p["authorities.staff_hours"]) - 1.0
        scale = 1.0 + m["hidden_work"] * grown
        capacity = within(1.0 - scale * (p["authorities.usual_business"] + crisis))
        before = min(1.0, max(1e-9, 1.0 - scale * (p["authorities.usual_business"] + min(1.0, start))))
        wanted, planned, due, design, shared, shaping, asked = {}, {}, {}, 0.0, 0.0, 0.0, 0.0
        for i in (i for i in self.live if self.is_active(a, i)):
            left = 1.0
            if self.stage[a, i] == SHIFT:
                left = (1.0 - self.cover[a, i]) * self.lengths[3]
                left = min(1.0, left * self.duration[i] / p["work.top_speed"])
            planned[i] = wanted[i] = left * self.full_hours(a, i)
            if m["hidden_work"] > 0.0:
                wanted[i] *= 1.0 + m["hidden_work"] * self.ref("hidden_optimism")
                wanted[i] += m["hidden_work"] * self.ref("hidden_overhead")
            due[i] = min(self.owed[a, i], p["work.top_speed"] / self.duration[i])
            design += due[i] * self.bill[a, i]
            asked += due[i] * self.users_bill[a, i]
            if self.stage[a, i] in (SPARK, SHAPE):
                shaping += self.of_focal(i, "users", 1.0)
                shared += (
                    m["participation_cost"]
                    * self.ref("participation_hours")
                    * self.design[USERS]
                    * planned[i]
                )
        work, number = sum(wanted.values()), len(wanted)
        announced = sum(self.t - 12 < self.arrival[i] <= self.t for i in self.live)
        rush = self.agenda[CENTRE] * min(1.0, announced / self.ref("overload_rate"))
        policy = 1.0 - m["overload"] * self.ref("overload_planning") * rush
        reports = 1.0 - m["gaming"] * self.ref("gaming_hours") * self.by_reports
        switching = 1.0 / (1.0 + m["overload"] * self.ref("overload_switching") * max(0, number - 1))
        staff, total = p["authorities.staff_hours"] * self.people[a], work + design + shared
        offered = max(0.0, staff * capacity * policy * reports * switching - self.meetings[a])
        self.meetings[a] = 0.0
        brokered = min(self.support[a], self.brokering[a])
        self.brokering[a] -= brokered
        offered += self.support[a] - brokered
        upkeep = self.upkeep(a)
        self.busy[a] = (total + upkeep) / max(1e-9, offered)
        offered -= min(offered, upkeep)
        load = min(3.0, self.busy[a])
        self.workload[a] = load if self.t == 0 else self.workload[a] + (load - self.workload[a]) / 12.0
        time = m["participation_cost"] * self.ref("participation_time") * self.design[USERS] * shaping
        granted = min(1.0, offered / total) if total > 0.0 else 1.0
        self.worked[a] = granted * total / self.people[a]
        self.co_design[a] = min(1.0, time + granted * asked / (self.people[a] * p["users.hours"]))
        for i, part in due.items():
            self.owed[a, i] -= granted * part
        reasons = np.array([
            bite(max(0.0, staff * before + self.support[a] - upkeep) / (work + design)) if total > 0.0 else 0.0,
            bite(switching), bite(policy), bite(1.0 - shared / total) if total > 0.0 else 0.0, bite(reports),
            bite(max(1e-9, capacity) / before),
        ])  # fmt: skip
        if reasons.sum() <= 0.0:
            reasons[0] = 1.0
        return wanted, planned, granted, reasons / reasons.sum()

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
        if m["scale_up"] > 0.0:
            will, genuine, speed = (
                m["scale_up"] + (1.0 - m["scale_up"]) * part for part in (min(1.0, will), genuine, speed)
            )
        if self.stage[a, i] in (SEE, SPARK):
            speed *= 1.0 + m["pace"] * self.ref("pace_speed") * self.haste[a, i]
        if self.stage[a, i] == SHIFT:
            genuine *= 1.0 - m["pace"] * self.ref("pace_unready") * self.haste[a, i]
        return max(1e-9, min(1.0, will)), genuine, speed

    def work_in(self, a, funded):
        m = self.m
        wanted, hours_planned, granted, reasons = self.divide_hours(a)
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
                money *= hours_planned[i] / wanted[i] if wanted[i] > 0.0 else 1.0
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
            elif self.is_held_back(a, i) and (self.stage[a, i] < SHIFT or self.cover[a, i] < 1.0 - 1e-9):
                money = self.purse(a, i, "pilot") * funded
                self.wait_below_the_bar(a, i, planned, will * max(1e-9, min(1.0, granted + money)) * speed)
            if self.cover[a, i] >= 1.0 - 1e-9:
                ledger[:] = 0.0
            slip = m["relapse"] * self.ref("relapse_rate") * (1.0 - max(will, lasting))
            if self.held[a, i] != NOT_HELD:
                lapse = m["relapse"] * self.ref("relapse_rate") * m["scale_up"] * (1.0 - self.priority[a, i])
                both = slip + lapse
                if both > 1.0:
                    slip, lapse = slip / both, lapse / both
                ledger[self.held[a, i]] += self.lengths[3] * lapse * self.cover[a, i]
            else:
                lapse = 0.0
            ledger[RELAPSE] += self.lengths[3] * slip * self.cover[a, i]
            slip += lapse
            self.cover[a, i] *= 1.0 - slip
            self.real[a, i] *= 1.0 - slip
        hours = sum(wanted.values())
        self.teams[a] = supported / hours if hours > 0.0 else 0.0

    def wait_below_the_bar(self, a, i, planned, effort):
        """The month's path, and the catching-up that the hold prevents, go to the cause of the hold."""
        ledger, cause = self.ledger[a, i], self.held[a, i]
        possible = self.p["work.top_speed"] * max(1e-9, self.ability[a]) * effort / self.duration[i]
        possible /= 1.0 - self.of_focal(i, "ready")
        before = ledger[:NOT_A_PRIORITY].sum()
        moved = min(max(0.0, possible - planned), before)
        if before > 0.0:
            ledger[:NOT_A_PRIORITY] *= 1.0 - moved / before
        ledger[cause] += planned + moved

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
        if self.m["scale_up"] > 0.0 and self.priority[a, i] > 0.0:
            symbolic = self.m["scale_up"] * self.m["decoupling"] * self.ref("decoupling_share")
            own = self.own_priority[a, i] / self.priority[a, i]
            genuine *= 1.0 - symbolic * (1.0 - self.visibility[i]) * (1.0 - own)
        reported = step * (1.0 + self.m["gaming"] * self.ref("gaming_reports") * self.by_reports)
        reported = max(0.0, min(reported, 1.0 - before))
        after, shift = before + reported, self.lengths[3]
        self.real[a, i] = real + min(step, reported) * genuine
        if reported <= 0.0:
            return before
        late = max(0.0, self.t + 1.0 - self.arrival[i] - self.duration[i] * (1.0 - shift + shift * after))
        self.behind[a, i] = (self.behind[a, i] * before + late * reported) / after
        self.cover[a, i] = after
        return after
