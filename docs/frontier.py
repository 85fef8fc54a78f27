"""Draw history against practice, and write its section of docs/fitted.md.

    uv run python docs/frontier.py         statements of practice over the shipped set, then the picture: two minutes
    uv run python docs/frontier.py draw    the picture from the saved table

Run it after `uv run python docs/fitted.py ship`. It writes `sim/data/fit/frontier.csv`, `docs/images/frontier.svg` and the
section, with the definition of what is counted (`DEFINITION`) below the picture.
"""

from __future__ import annotations

import csv
import html
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from images.make_images import browser
from markdown_parts import between, table

from sim.cli.commands import compile_first
from sim.experiments import plan_files
from sim.formatting import listing
from sim.history.cases import as_fitted, cases
from sim.history.evaluate import HIT_SHARE
from sim.history.matching import tables
from sim.history.matching.fitted_set import fitted_factors, fitted_points
from sim.history.matching.simulate import Histories
from sim.history.matching.space import Space
from sim.history.matching.targets import CUT_OFF, practice_conditions, targets
from sim.history.matching.waves import implausibility_of_runs
from sim.model.parameters import Parameters
from sim.paths import RESULTS
from sim.reporting.charts import base
from sim.reporting.charts.render import embedded, library
from sim.reporting.charts.style import ABOVE_TICK, INK, MUTED, ORANGE_WORDS, STAGES, axis_name, heading, label
from sim.runner.executors import Processes
from sim.verification.practice import (
    JUDGED,
    MEMBERS,
    Measured,
    standings,
    statements,
    values,
    variants,
    written,
)

PAGE, PICTURE = Path(__file__).with_name("fitted.md"), Path(__file__).with_name("images") / "frontier.svg"
TABLE, FIT = MEMBERS.with_name("frontier.csv"), RESULTS / "fit"
REPLICATIONS = 8
"""Of every shipped set, for the statements of practice."""

NOT_RULED_OUT = "cases that do not rule the set out"
DEFINITION = """\
Left: every set of parameters that the fit ran, in its waves, in the confirmation and as rounded default. A set that was run
again in fresh worlds is counted once, by those. Across: fitted cases that do not rule the set out (implausibility of at most
{cut_off:g}, from the set's own runs). Upwards: conditions of practice in the fit that do not rule it out, by the same rule.
Middle and right: the shipped sets. Upwards: statements of [practice](practice.md) that the mean over {replications}
replications meets. Across: cases that do not rule the set out, and cases hit, whose whole pattern at least {hit:.0f} % of its
runs show. A number in a mark counts sets. A set is on the frontier when no other does as well on both and better on one."""

Place = tuple[int, int]
"""Cases and statements."""


class Panel(NamedTuple):
    """One panel: how many sets stand at each place, and the most that a set could reach on either axis."""

    name: str
    across: str
    upwards: str
    most: Place
    sets: Mapping[Place, int]


def pareto(places: Iterable[Place]) -> list[Place]:
    """Places that no other place equals on both axes and beats on one, from left to right."""
    found: list[Place] = []
    for place in sorted(set(places), reverse=True):
        if not found or place[1] > found[-1][1]:
            found.append(place)
    return found[::-1]


def of_the_fit() -> tuple[Panel, str, str]:
    """Every set that the fit ran, in how many worlds, and how many sets of the frontier were run again."""
    known, asked = as_fitted(cases()), practice_conditions()
    practice = [replace(one.target, case=f"{k} {one.says}", required=False) for k, one in enumerate(asked)]
    space, found, runs = Space(fitted_factors()), {}, Counter()
    for name in [*(row["wave"] for row in tables.read(FIT / tables.WAVES)), "default"]:
        plan = plan_files.read(FIT / name)
        read = Histories(known, Parameters(), space, FIT, Processes(), plan.seed, "", practice=asked)
        worst = implausibility_of_runs(read.read(FIT / name, plan), [*targets(known), *practice])
        met = np.split(worst <= CUT_OFF, [len(known)], axis=1)
        across, upwards = (part.sum(axis=1).tolist() for part in met)
        keys = [tuple(row.values()) for row in plan.table.to_pylist()]
        where = f"{plan.replications} worlds (seed {plan.seed})"
        found |= {key: (place, where) for key, *place in zip(keys, across, upwards, strict=True)}
        runs.update(keys)
    sets = Counter(tuple(place) for place, _ in found.values())
    best = [key for key, (place, _) in found.items() if tuple(place) in pareto(sets)]
    fresh = sum(runs[key] > 1 for key in best)
    again = (
        f"Sets on the frontier of the fit: {len(best)}; run again in fresh worlds: {fresh}. Any other is the best of many "
        "in the worlds that it was found in, and so looks better than it is."
    )
    upwards = f"conditions of practice met ({listing(list(dict.fromkeys(one.pattern for one in asked)))})"
    panel = Panel(
        f"{len(found):,} sets that the fit ran", NOT_RULED_OUT, upwards, (len(known), len(asked)), sets
    )
    worlds = Counter(where for _, where in found.values())
    return panel, ", ".join(f"{count:,} sets in {where}" for where, count in worlds.items()), again


def practice_of(point: Mapping[str, Any]) -> list[list[float]]:
    """(replications, statements) of one set."""
    plan, seed = variants(point), written()["seed"]
    found = [values(plan, seed, replication) for replication in range(REPLICATIONS)]
    return [[one[statement.key] for statement in statements()] for one in found]


def run() -> None:
    """Run the statements of practice over the shipped set, and save where each set stands."""
    compile_first()
    engine = Processes()
    measured = np.array(list(engine.start().map(practice_of, fitted_points())))
    engine.stop(at_once=False)
    stands = standings(Measured(statements(), measured[0], measured))
    members = [row for row in tables.read(MEMBERS) if row["member"] != JUDGED]
    with open(TABLE, "w", encoding="utf-8", newline="") as file:
        head = "set,cases_not_ruled_out,cases_hit,cases,largest_implausibility,statements_met,statements,replications,seed"
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(head.split(","))
        for stand, member in zip(stands, members, strict=True):
            far = [float(value) for key, value in member.items() if key.startswith("implausibility.")]
            hit = sum(float(value) >= HIT_SHARE for key, value in member.items() if key.startswith("shows."))
            history = (stand.member, len(far) - stand.cases, hit, len(far), max(far))
            writer.writerow((*history, stand.statements, len(statements()), REPLICATIONS, written()["seed"]))


def of_the_set(rows: Sequence[Mapping[str, str]], column: str, across: str) -> Panel:
    """The shipped sets, by a column of their table."""
    most = int(rows[0]["cases"]), int(rows[0]["statements"])
    sets = Counter((int(row[column]), int(row["statements_met"])) for row in rows)
    return Panel(f"{len(rows)} shipped sets", across, "statements of practice met", most, sets)


def title(panel: Panel) -> str:
    """The finding: the most that any set reaches on either axis, and whether one set reaches both."""
    best = max(x for x, _ in panel.sets), max(y for _, y in panel.sets)
    hit, met = (f"{reached} of {most}" for reached, most in zip(best, panel.most, strict=True))
    count = panel.sets.get(best, 0)
    both = {0: "no set reaches both", 1: "one set reaches both"}.get(count, f"{count} sets reach both")
    if best[0] == panel.most[0] or best[1] == panel.most[1]:
        return f"At best, shipped sets meet {met} statements of practice or hit {hit} cases, and {both}"
    return f"No shipped set meets more than {met} statements of practice or hits more than {hit} cases, and {both}"


def chart(panels: Sequence[Panel], stamp: str) -> base.Chart:
    """Panels side by side: a mark at each place with the number of sets in it, and the frontier as a line."""
    plot = base.Plot()
    for k, panel in enumerate(panels):
        on, xs, ys = pareto(panel.sets), *zip(*panel.sets, strict=True)
        low, counts = max(-0.7, min(ys) - 1.7), list(panel.sets.values())
        line_x, line_y = zip((-0.7, on[0][1]), *on, (on[-1][0], low), strict=True)
        stroke = {"shape": "vh", "color": ORANGE_WORDS, "width": 3}
        sizes = [max(11 + 7 * len(str(n)), 36 * (n / max(counts)) ** 0.5) for n in counts]
        fill = {
            "size": sizes,
            "opacity": 1,
            "color": STAGES["see"],
            "line": {"color": STAGES["shape"], "width": 1},
        }
        plot.trace("lines", line_x, line_y, k, line=stroke)
        words, font = [f"{n:,}" for n in counts], {"size": 13, "color": INK}
        plot.trace("markers+text", xs, ys, k, marker=fill, text=words, textfont=font)
        on_it = {"xref": axis_name("x", k), "yref": axis_name("y", k)}
        plot.notes.append(label(-0.6, on[0][1], "frontier", ORANGE_WORDS, yshift=26, **on_it))
        if panel.most not in panel.sets:
            plot.notes.append(label(*panel.most, "all: no set ×", MUTED, xanchor="right", xshift=6, **on_it))
        words = f"<b>{panel.name}</b><br>↑ {panel.upwards}, of {panel.most[1]}"
        plot.notes.append(heading(words, panel=k, yshift=ABOVE_TICK))
        below = base.axis_title(f"{panel.across}, of {panel.most[0]} →")
        span, domain = [-0.7, panel.most[0] + 0.7], base.domains(len(panels), 0.06)[k]
        across = {"range": span, "dtick": 1, "domain": domain, "title": below}
        plot.place(across, {"range": [low, panel.most[1] + 0.7], "dtick": 1}, k)
    rows = [
        (p.name, f"{y} of {p.most[1]} {p.upwards}", f"{x} of {p.most[0]} {p.across}", f"{p.sets[x, y]:,}")
        for p in panels for x, y in pareto(p.sets)
    ]  # fmt: skip
    says, head = title(panels[-1]), ("of", "practice", "history", "sets")
    unbroken = says.replace(" of ", "\u00a0of\u00a0")
    summary = f"{says}. The table below lists the frontier."
    made = plot.chart(
        "frontier", "History against practice", unbroken, summary, head, rows, stamp, 430, top=56, bottom=50
    )
    return replace(made, title=says)


def drawn(of: base.Chart) -> str:
    """The chart as SVG, drawn by the browser of the system: the same chart gives the same file."""
    drawing = embedded({"data": of.data, "layout": of.layout | {"width": base.WIDTH}})
    size = f"{{format: 'svg', width: {base.WIDTH}, height: {of.layout['height']}}}"
    show = "url => document.body.textContent = decodeURIComponent(url.slice(url.indexOf(',') + 1))"
    names = "let last = 1; Math.random = () => (last = last * 16807 % 2147483647) / 2147483647;"
    script = f"{names} Plotly.toImage({drawing}, {size}).then({show})"
    with tempfile.TemporaryDirectory() as scratch:
        page = Path(scratch, "page.html")
        scripts = f"<script>{library()}</script><script>{script}</script>"
        page.write_text(f"<meta charset='utf-8'><body>{scripts}", encoding="utf-8")
        flags = [
            "--headless",
            "--no-sandbox",
            "--virtual-time-budget=10000",
            f"--user-data-dir={scratch}/browser",
        ]
        command = [browser(), *flags, "--dump-dom", page.as_uri()]
        dumped = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return html.unescape(dumped[dumped.index("<body>") + 6 : dumped.index("</body>")]) + "\n"


def draw() -> None:
    """Draw the picture, and write its section of the page: finding, picture, table and definition."""
    rows = tables.read(TABLE)
    fitted, worlds, again = of_the_fit()
    shipped = of_the_set(rows, "cases_not_ruled_out", NOT_RULED_OUT)
    each = rows[0]["replications"]
    stamp = f"Fit: {worlds} · practice of {shipped.name}: {each} replications each (seed {rows[0]['seed']})"
    found = chart([fitted, shipped, of_the_set(rows, "cases_hit", "cases hit")], stamp)
    PICTURE.write_text(drawn(found), encoding="utf-8")
    parts = [
        "From `uv run python docs/frontier.py` (`sim/data/fit/frontier.csv`).",
        f"**{found.title}.**",
        f"![{found.summary}](images/{PICTURE.name})",
        "On the frontier:",
        table(list(found.columns), [list(row) for row in found.rows]),
        again,
        DEFINITION.format(cut_off=CUT_OFF, replications=each, hit=100 * HIT_SHARE),
        f"{stamp}.",
    ]
    page = between(PAGE.read_text(encoding="utf-8"), "frontier", "\n\n".join(parts))
    PAGE.write_text(page, encoding="utf-8")
    print(found.title)


if __name__ == "__main__":
    if (FIT / tables.MEMBERS).read_bytes() != MEMBERS.read_bytes():
        raise SystemExit("the shipped set is not that of results/fit: uv run python docs/fitted.py ship")
    if sys.argv[1:] != ["draw"]:
        run()
    draw()
