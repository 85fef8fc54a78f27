"""Charts of differences with intervals against a line of no difference."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from sim.analysis import over_set
from sim.analysis.comparison import MEANINGFUL, SHARE_OUTCOMES, SMALLEST_REPORTED, causes, difference
from sim.formatting import listing, points, signed_points, with_interval
from sim.model.vocabulary import cause_name, outcome_name
from sim.reporting.charts.base import WIDTH, Chart, Plot, axis_title, domains, stamp
from sim.reporting.charts.rows import Marks, ends_of, forest, room_left
from sim.reporting.charts.style import INK, MUTED, PAPER, UNCLEAR, colour, cut, heading, short
from sim.reporting.comparison_sentences import shares
from sim.reporting.wording import written_difference

if TYPE_CHECKING:
    from sim.analysis.comparison import Difference
    from sim.runner.compare import Comparison, ScenarioRuns


OF_MANY = ("gap", "nominal_gap", "worst_decile_gap")
"""Those charted for more than two scenarios."""

AT_LEAST = 3
"""Causes drawn however small their differences are."""

IN_POINTS: dict[str, Any] = {"title": axis_title("points"), "hover": "%{x:.2f} points"}


def paired_differences(comparison: Comparison) -> Chart | None:
    """Paired differences with their intervals and the line of no difference; None for a single scenario."""
    if len(comparison.scenarios) < 2:
        return None
    return _of_two(comparison) if len(comparison.scenarios) == 2 else _of_many(comparison)


def _of_two(comparison: Comparison) -> Chart:
    a, b = comparison.scenarios
    outcomes = [difference(a, b, key) for key in SHARE_OUTCOMES if key in a.summaries]
    by_cause = [difference(a, b, f"losses.{cause}") for cause in causes(comparison)]
    by_cause.sort(key=lambda d: -abs(d.mean or 0.0))
    noted = by_cause[: max(AT_LEAST, sum(abs(d.mean or 0.0) >= SMALLEST_REPORTED for d in by_cause))]
    rows = max(len(outcomes), len(noted))
    plot = Plot(left=248, right=165)
    room = 228
    gap = (plot.right + room) / (WIDTH - plot.left - plot.right)
    left_out = len(by_cause) - len(noted)
    rest = f" ({left_out} smaller ones not drawn)" if left_out else ""
    panels = (("<b>Outcomes</b>", outcomes), (f"<b>Losses by cause</b>{rest}", noted))
    for k, (words, found) in enumerate(panels):
        _panel(plot, k, found, [_in_short(d.outcome) for d in found], domains(2, gap)[k], rows)
        plot.notes.append(heading(words, panel=k, size=15, yshift=26, xshift=-room))
        plot.notes += _sides(k, a, b)
    half = [difference(a, b, "months_to_half")] if "months_to_half" in a.summaries else []
    summary = (
        f"Dots with 95 % intervals: the paired differences {a.name} − {b.name}, in points of intended benefit; left "
        f"of 0 is smaller in {a.name}. Full dots are clear of 0. Each interval is read alone: of twenty true zeros, "
        "one would look clear by chance."
    )
    return plot.chart(
        "differences", "Paired differences", _differences_title(a, b, outcomes), summary,
        (f"{a.name} − {b.name}", "Mean (95 % interval)", "Pairs"),
        [(outcome_name(d.outcome), written_difference(d), str(d.pairs)) for d in (*outcomes, *half, *by_cause)],
        comparison, 27 * rows, top=58,
    )  # fmt: skip


def _of_many(comparison: Comparison) -> Chart:
    pairs = list(combinations(comparison.scenarios, 2))
    chosen = [key for key in OF_MANY if key in comparison.scenarios[0].summaries]
    names = [f"{cut(a.name)} − {cut(b.name)}" for a, b in pairs]
    plot, table = Plot(left=min(room_left(names), 400), right=150), []
    columns = domains(len(chosen), plot.right / (WIDTH - plot.left - plot.right))
    for k, (key, domain) in enumerate(zip(chosen, columns, strict=True)):
        found = [difference(a, b, key) for a, b in pairs]
        _panel(plot, k, found, names, domain, len(pairs), plain=True, named=k == 0)
        plot.notes.append(heading(f"<b>{outcome_name(key)}</b>", panel=k, size=15, yshift=4))
        table += [(f"{d.a} − {d.b}", outcome_name(key), written_difference(d), str(d.pairs)) for d in found]
    clear = sum(difference(a, b, "gap").clear for a, b in pairs)
    title = f"No clear difference in the gap in any of {len(pairs)} pairs"
    if clear:
        often = f"In {clear} of {len(pairs)} pairs"
        title = f"{often} the difference in the gap is clear of 0, each interval read alone"
    summary = (
        "Dots with 95 % intervals: paired differences between all pairs of scenarios, in points of intended benefit; "
        "left of 0 is smaller in the first named. Full dots are clear of 0. Each interval is read alone."
    )
    return plot.chart(
        "differences", "Paired differences", title, summary, ("Pair", "Outcome", "Mean (95 % interval)", "Pairs"),
        table, comparison, 25 * len(pairs), top=34,
    )  # fmt: skip


def _panel(
    plot: Plot, k: int, found: list[Difference], names: list[str], domain: list[float], rows: int, *,
    plain: bool = False, named: bool = True,
) -> None:  # fmt: skip
    """One panel of differences, each written beside its mark; `plain` ones do not have the colours of two scenarios."""
    inks = [_ink(d, plain) for d in found]
    marks = Marks(
        ends_of(found, 100),
        fill=[ink if d.clear else PAPER for d, ink in zip(found, inks, strict=True)],
        rim=inks,
        words=[(written(d), ink if d.clear else MUTED) for d, ink in zip(found, inks, strict=True)],
    )
    forest(plot, names, [marks], panel=k, named=named, rows=rows, least=0.25, domain=domain, **IN_POINTS)


def _in_short(outcome: str) -> str:
    """What a row is called: its outcome, or the cause of the loss alone."""
    cause = outcome.removeprefix("losses.")
    return outcome_name(outcome) if cause == outcome else cause_name(cause)


def _sides(k: int, a: ScenarioRuns, b: ScenarioRuns) -> list[dict[str, Any]]:
    """Which side of 0 is whose."""
    place: dict[str, Any] = {"panel": k, "size": 13, "yshift": 4}
    return [
        heading(f"← smaller in {short(a.name)}", colour(0), xshift=-90, **place),
        heading(f"smaller in {short(b.name)} →", colour(1), x=1, xanchor="right", xshift=90, **place),
    ]


def _ink(d: Difference, plain: bool) -> str:
    if not d.clear or d.mean is None:
        return UNCLEAR
    return INK if plain else colour(int(d.mean > 0))


def _differences_title(a: ScenarioRuns, b: ScenarioRuns, outcomes: list[Difference]) -> str:
    for_a = sum(d.clear and (d.mean or 0.0) < 0 for d in outcomes)
    for_b = sum(d.clear and (d.mean or 0.0) > 0 for d in outcomes)
    if not for_a and not for_b:
        return f"No clear difference between {a.name} and {b.name} in any of {len(outcomes)} outcomes"
    counts = [f"{n} clearly smaller in {s.name}" for n, s in ((for_a, a), (for_b, b)) if n]
    rest = len(outcomes) - for_a - for_b
    if rest:
        counts.append(f"{rest} without a clear difference")
    return f"Of {len(outcomes)} measures of the gap, {listing(counts)}"


ROW = 58
"""Pixels of a row with its two marks."""


def range_over_the_set(comparison: Comparison) -> Chart | None:
    """Differences over the set and at the defaults, outcome by outcome; None where no range is known."""
    known = over_set.of(comparison)
    if not isinstance(known, over_set.OverTheSet):
        return None
    a, b = comparison.scenarios
    names = [outcome_name(outcome) for outcome in OF_MANY]
    over = [known.range(outcome) for outcome in OF_MANY]
    defaults = [difference(a, b, outcome) for outcome in OF_MANY]
    plot = Plot(left=248, right=300, notes=_sides(0, a, b))
    marks = [
        Marks(ends_of(over, 100), fill=PAPER, thick=5, shift=-0.18,
              words=[(f"over the set {written(one)}", MUTED) for one in over]),
        Marks(ends_of(defaults, 100), shift=0.18,
              words=[(f"at the defaults {written(one)}", INK) for one in defaults]),
    ]  # fmt: skip
    forest(plot, names, marks, least=0.25, **IN_POINTS)
    runs = f"{known.sets} sets, {known.points} design points × {known.replications} replications"
    summary = (
        f"Paired differences {a.name} − {b.name} in points of intended benefit; left of 0 is smaller in {a.name}. Open dots "
        f"and thick lines: mean and the middle 95 % of {known.points} design points over the sets of parameters that history "
        "does not rule out and the ranges of what history cannot distinguish. Full dots: the mean at the defaults with its "
        "95 % interval."
    )
    return plot.chart(
        "over-set", "Over the set, and at the defaults", title(known), summary,
        (f"{a.name} − {b.name}", "Over the set: mean (middle 95 %)", "At the defaults: mean (95 % interval)"),
        [(name, written(one), written(other)) for name, one, other in zip(names, over, defaults, strict=True)],
        f"{runs} · at the defaults {stamp(comparison)}", ROW * len(names), top=34,
    )  # fmt: skip


def title(known: over_set.OverTheSet) -> str:
    """At how many design points either closes more of the gap by more than the smallest difference that matters."""
    (first, most), (second, least) = shares(known)
    by = f"closes more of the gap by over {points(MEANINGFUL)} points"
    return f"{first} {by} at {most} of the design points, {second} at {least}"


def written(one: Difference | over_set.Range) -> str:
    """A difference with its ends, if it has any, in points."""
    return with_interval(signed_points(one.mean), one.low, one.high, points)
