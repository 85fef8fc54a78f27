"""Draw the charts of the reference: what one thing at a time does to the gap, from the numbers measured before.

    uv run --group docs python docs/reference/charts.py

`docs/build_site.py` draws them whenever the site is built; they are not kept in the repository.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from write import HERE, MEASURED

from sim.model import vocabulary
from sim.model.schema import declarations
from sim.reporting.charts.style import BLUE_WORDS, GRID, INK, MUTED, ORANGE_WORDS, SCENARIOS, spread
from sim.reporting.reference.effects import Effect, effects, finding, scenario_finding, scenario_ranks
from sim.reporting.reference.pages import CHARTS

STYLE = {
    # The same numbers give the same file.
    "svg.hashsalt": "gapsim",
    # Letters stay letters, which can be searched and read out.
    "svg.fonttype": "none",
    "font.size": 8,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": MUTED,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "grid.color": GRID,
    "xtick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.color": MUTED,
    "ytick.major.size": 0,
}
INCH = 96
"""Pixels of a browser in an inch, the unit of a figure."""
WIDTH, HEIGHT = 560, 280
TITLE_LETTERS, TITLE_LINE, FOOT_LINE = 78, 16, 14
"""Letters in a line of the title; heights in pixels of a line of the title and of a line below the chart."""
NAME_GAP = 15.0
"""Pixels that names at the ends of lines keep from each other."""
MOST_TICKS = 6
LEAST_SPAN = 5.0
"""Points that the upright axis spans at least, so that noise does not look like an effect."""


def draw(measured: Mapping[str, Effect], folder: Path) -> int:
    """Draw the chart of every effect and that of all scenarios; returns how many there are."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    charts = {s: effect for s, effect in measured.items() if not s.startswith("scenario.")}
    with mpl.rc_context(STYLE):
        for subject, effect in charts.items():
            _save(effect_chart(effect), finding(effect), folder / f"{subject}.svg")
        title = scenario_finding(scenario_ranks(measured))
        _save(scenarios_chart(measured), title, folder / "scenarios.svg")
    return len(charts) + 1


def _save(figure: Figure, title: str, path: Path) -> None:
    figure.savefig(path, metadata={"Title": title, "Date": None, "Creator": None})


def effect_chart(effect: Effect) -> Figure:
    """Lines with intervals over the levels of one thing, a line for each table of decision rights."""
    unit, positions, default = _axis(effect)
    others = f"with {effect.beside}; " if effect.beside else ""
    foot = [
        f"{unit}; n = {effect.replications} paired replications, seed {effect.seed}; bars: 95 % intervals",
        f"{others}all else at its default; rules {effect.rules}",
    ]
    figure, axes = _frame(finding(effect), foot, HEIGHT, left=50, right=88, below=20)
    axes.grid(axis="y")
    axes.locator_params(axis="y", nbins=MOST_TICKS)
    for place, line in enumerate(effect.lines):
        bars = [
            [m - low for m, low in zip(line.mean, line.low, strict=True)],
            [high - m for m, high in zip(line.mean, line.high, strict=True)],
        ]
        style = {
            "color": SCENARIOS[place],
            "linestyle": "--" if place else "-",
            "marker": "o",
            "markersize": 3.5,
        }
        axes.errorbar(positions, line.mean, bars, linewidth=1.6, elinewidth=1.0, **style)
    axes.set_xticks(positions, effect.lines[0].levels)
    low, high = axes.get_ylim()
    spare = (LEAST_SPAN - (high - low)) / 2 if unit.endswith("%") else 0.0
    if spare > 0:
        axes.set_ylim(low - spare, high + spare)
    if default is not None and min(positions) <= default <= max(positions):
        axes.axvline(default, color=MUTED, linewidth=0.8, linestyle=":")
        above = axes.get_xaxis_transform()
        axes.text(default, 1.01, "default", transform=above, color=MUTED, size=7.5, ha="center", va="bottom")
    _name_lines(effect, axes)
    return figure


def _axis(effect: Effect) -> tuple[str, Sequence[float], float | None]:
    """What the upright axis shows; where the levels lie along the other, and where the declared default lies on it."""
    levels = effect.lines[0].levels
    kind, _, name = effect.subject.partition(".")
    if kind == "outcome":
        percent = "" if name in vocabulary.UNITS else ", %"
        return vocabulary.outcome_name(name) + percent, [float(level) for level in levels], None
    declared = declarations().get(effect.subject)
    if declared is None:
        return "gap, %", [float(level) for level in levels], None
    if declared.choices:
        return "gap, %", range(len(levels)), levels.index(declared.default)
    return "gap, %", [float(level) for level in levels], declared.default


def _name_lines(effect: Effect, axes: mpl.axes.Axes) -> None:
    """Write the name of each line at its end, apart from each other."""
    named = [place for place, line in enumerate(effect.lines) if line.name and math.isfinite(line.mean[-1])]
    low, high = axes.get_ylim()
    height = axes.get_position().height * HEIGHT
    ends = [(effect.lines[place].mean[-1] - low) / (high - low) * height for place in named]
    for place, y in zip(named, spread(ends, NAME_GAP, 0.0, height), strict=True):
        words = {"color": (BLUE_WORDS, ORANGE_WORDS)[place], "weight": "bold", "va": "center"}
        axes.text(1.02, y / height, effect.lines[place].name, transform=axes.transAxes, **words)


def scenarios_chart(measured: Mapping[str, Effect]) -> Figure:
    """The gap of every scenario less that of the status quo, one under the other."""
    ranks = scenario_ranks(measured)
    effect = measured[f"scenario.{ranks[0].name}"]
    foot = [
        "gap less that of the status quo, in points of intended benefit",
        f"n = {effect.replications} paired replications, seed {effect.seed}; bars: 95 % intervals; rules {effect.rules}",
    ]
    height = 18 * len(ranks) + 110
    figure, axes = _frame(scenario_finding(ranks), foot, height, left=250, right=16, below=20)
    axes.grid(axis="x")
    axes.axvline(0, color=INK, linewidth=0.8)
    for row, rank in enumerate(ranks):
        clear = not rank.low <= 0 <= rank.high
        colour = SCENARIOS[0 if rank.mean < 0 else 1] if clear else MUTED
        bar = [[rank.mean - rank.low], [rank.high - rank.mean]]
        axes.errorbar([rank.mean], [row], xerr=bar, color=colour, marker="o", markersize=4)
    axes.set_yticks(range(len(ranks)), [rank.name for rank in ranks])
    axes.set_ylim(len(ranks) - 0.4, -0.6)
    return figure


def _frame(
    title: str, foot: Sequence[str], height: int, *, left: int, right: int, below: int
) -> tuple[Figure, mpl.axes.Axes]:
    """A figure with its finding above and its n and seed below; room around the axes in pixels."""
    lines = textwrap.wrap(title, TITLE_LETTERS)
    top, bottom = 24 + TITLE_LINE * len(lines), below + 10 + FOOT_LINE * len(foot)
    figure = Figure(figsize=(WIDTH / INCH, height / INCH))
    for place, line in enumerate(lines):
        y = 1 - (8 + TITLE_LINE * place) / height
        figure.text(10 / WIDTH, y, line, size=9, weight="bold", va="top")
    for place, line in enumerate(reversed(foot)):
        figure.text(10 / WIDTH, (6 + FOOT_LINE * place) / height, line, size=7.5, color=MUTED, va="bottom")
    sides = (left / WIDTH, bottom / height, (WIDTH - left - right) / WIDTH, (height - top - bottom) / height)
    return figure, figure.add_axes(sides)


if __name__ == "__main__":
    print(f"{draw(effects(MEASURED), HERE / CHARTS)} charts drawn in {HERE / CHARTS}")
