"""What changes in mid-run in the second writing of the model: at a date, or when reports have said something long enough.

From the section on interventions of `docs/odd.md` alone. Only changes of the whole nation are here.
"""

# The journal of a month: intended, reported and realised benefit of the nation.
INTENDED, REPORTED, REALISED = range(3)


class Dated:
    """Changes in force, by month."""

    def change_parameters(self):
        """End what ends, begin what begins, and lay what is in force over the values of the start."""
        moved = [begun for begun in self.begun if begun[3] == self.t]
        for number, (start, _, _, lasts) in enumerate(self.dated):
            due = start == self.t if isinstance(start, int) else self.is_due(number, start)
            if due:
                self.begun.append((self.t, number, self.dated[number], self.t + lasts if lasts else None))
                moved.append(self.begun[-1])
        if not moved:
            return
        self.p, rows = dict(self.p_at_start), dict(self.rights_at_start)
        for _, _, (_, key, value, _), end in sorted(self.begun, key=lambda begun: begun[:2]):
            if end is not None and end <= self.t:
                continue
            if key == "power":
                rows.update(value)
            else:
                self.p[key] = value
        self.lay_table(rows)

    def is_due(self, number, watched):
        """Whether an intervention that waits begins in this month."""
        ends = [end for _, place, _, end in self.begun if place == number]
        if ends and (not watched.get("repeat") or ends[-1] is None or self.t - watched["for"] < ends[-1]):
            return False
        if self.t < max(watched["after"], watched["for"]):
            return False
        column = REPORTED if watched["outcome"] == "nominal_gap" else REALISED
        for month in range(self.t - watched["for"], self.t):
            span = self.by_month[max(0, month - watched["over"] + 1) : month + 1]
            meant, came = sum(row[INTENDED] for row in span), sum(row[column] for row in span)
            gap = 1.0 - came / meant
            if not (gap > watched["above"] if "above" in watched else gap < watched["below"]):
                return False
        return True
