"""Small charts of the reference: what one thing at a time does to the gap, drawn as SVG from measured numbers.

Drawn by hand, not by the charts' library: some two hundred pictures of a few kilobytes each, the same on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sim.formatting import number
from sim.reporting.charts.style import GRID, INK, MUTED, SCENARIOS
from sim.reporting.reference.effects import Effect

WIDTH, HEIGHT = 460, 230
LEFT, RIGHT, BOTTOM, LINE = 44, 96, 52, 15
LEAST_SPAN = 5.0
"""Points that the upright axis spans at least, so that noise does not look like an effect."""
WRAPPED = 60


def drawn(
    effect: Effect, title: str, positions: Sequence[float] | None, default: float | None, unit: str = "gap, %"
) -> str:
    """A chart of lines with intervals, as the text of an SVG file.

    Args:
        effect: what was measured.
        title: the finding.
        positions: where each level lies along the axis; evenly spread if None.
        default: where the declared default lies on that axis; None if it has no place there.
        unit: what the upright axis shows.
    """
    top = 14 + LINE * len(_wrapped(title))
    levels = effect.lines[0].levels
    xs = list(positions) if positions else [float(k) for k in range(len(levels))]
    across = _scale(min(xs), max(xs), LEFT + 8, WIDTH - RIGHT)
    known = [v for line in effect.lines for v in (*line.low, *line.high, *line.mean) if math.isfinite(v)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    spare = max(0.08 * (high - low), (LEAST_SPAN - (high - low)) / 2 if unit.endswith("%") else 0.0, 1e-9)
    up = _scale(low - spare, high + spare, HEIGHT - BOTTOM, top)
    parts = [_words(10, 16 + LINE * n, line, INK, 12.5, bold=True) for n, line in enumerate(_wrapped(title))]
    for tick in _ticks(low - spare, high + spare):
        parts.append(_rule(LEFT, up(tick), WIDTH - RIGHT, up(tick), GRID))
        parts.append(_words(LEFT - 6, up(tick) + 4, number(tick, _decimals(high - low)), MUTED, 11, "end"))
    if default is not None and min(xs) <= default <= max(xs):
        parts.append(_rule(across(default), top, across(default), HEIGHT - BOTTOM, MUTED, dashed=True))
        end = "end" if across(default) > WIDTH / 2 else "start"
        shift = -4 if end == "end" else 4
        parts.append(_words(across(default) + shift, HEIGHT - BOTTOM - 4, "default", MUTED, 10.5, end))
    written = -math.inf
    for x, level in zip(xs, levels, strict=True):
        if across(x) - written >= 7.0 * len(level):
            parts.append(_words(across(x), HEIGHT - BOTTOM + 16, level, MUTED, 11, "middle"))
            written = across(x) + 3.0 * len(level)
    ends = []
    for place, line in enumerate(effect.lines):
        colour = SCENARIOS[place]
        there = [
            (across(x), up(m), up(b), up(t))
            for x, m, b, t in zip(xs, line.mean, line.low, line.high, strict=True)
            if math.isfinite(m)
        ]
        path = " ".join(f"{x:.1f},{m:.1f}" for x, m, *_ in there)
        dash = ' stroke-dasharray="6 3"' if place else ""
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        for x, m, b, t in there:
            if math.isfinite(b) and math.isfinite(t):
                parts.append(_rule(x, b, x, t, colour))
            parts.append(f'<circle cx="{x:.1f}" cy="{m:.1f}" r="2.6" fill="{colour}"/>')
        if there and line.name:
            ends.append((there[-1][1], line.name, colour))
    for y, name, colour in _apart(ends):
        parts.append(_words(WIDTH - RIGHT + 8, y + 4, name, colour, 11.5, bold=True))
    foot = f"{unit}; n = {effect.replications} paired replications, seed {effect.seed}; bars: 95 % intervals"
    parts.append(_words(10, HEIGHT - 20, foot, MUTED, 10))
    others = f"with {effect.beside}; " if effect.beside else ""
    parts.append(_words(10, HEIGHT - 7, f"{others}all else at its default; rules {effect.rules}", MUTED, 10))
    return _page(title, parts, HEIGHT)


def ranked(rows: Sequence[tuple[str, float, float, float]], title: str, foot: Sequence[str]) -> str:
    """Differences with their intervals, one under the other, as the text of an SVG file.

    Args:
        rows: name, mean, low and high of each, in points.
        title: the finding.
        foot: n and seed, a line each.
    """
    left, step, top = 232, 17, 46
    height = top + step * len(rows) + 28 + 14 * len(foot)
    low = min(0.0, *(row[2] for row in rows))
    high = max(0.0, *(row[3] for row in rows))
    across = _scale(low, high, left, WIDTH - 16)
    parts = [_words(10, 16 + LINE * n, line, INK, 12.5, bold=True) for n, line in enumerate(_wrapped(title))]
    bottom = top + step * len(rows)
    for tick in _ticks(low, high):
        parts.append(_rule(across(tick), top, across(tick), bottom, INK if tick == 0 else GRID))
        parts.append(_words(across(tick), bottom + 15, number(tick, 0), MUTED, 11, "middle"))
    for n, (name, mean, least, most) in enumerate(rows):
        y = top + step * (n + 0.5)
        colour = MUTED if least <= 0 <= most else SCENARIOS[0 if mean < 0 else 1]
        parts.append(_words(left - 10, y + 4, name, INK, 10.5, "end"))
        parts.append(_rule(across(least), y, across(most), y, colour))
        parts.append(f'<circle cx="{across(mean):.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
    parts += [_words(10, bottom + 34 + 14 * n, line, MUTED, 10) for n, line in enumerate(foot)]
    return _page(title, parts, height)


def _scale(low: float, high: float, start: float, end: float) -> _Scale:
    return _Scale(low, high if high > low else low + 1.0, start, end)


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def _ticks(low: float, high: float) -> list[float]:
    rough = (high - low) / 4
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(m * unit for m in (1, 2, 2.5, 5, 10) if m * unit >= rough)
    first = math.ceil(low / step)
    return [k * step for k in range(first, math.floor(high / step + 1e-9) + 1)]


def _decimals(span: float) -> int:
    return 0 if span >= 8 else 1 if span >= 0.8 else 2


def _apart(ends: list[tuple[float, str, str]]) -> list[tuple[float, str, str]]:
    placed: list[tuple[float, str, str]] = []
    for y, name, colour in sorted(ends):
        placed.append((max(y, placed[-1][0] + 14.0) if placed else y, name, colour))
    return placed


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > WRAPPED and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _words(
    x: float, y: float, text: str, colour: str, size: float, anchor: str = "start", bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {where} font-size="{size}" fill="{colour}"{weight}>{escape(text)}</text>'


def _rule(x1: float, y1: float, x2: float, y2: float, colour: str, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="3 3"' if dashed else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}"{dash}/>'


def _page(title: str, parts: Sequence[str], height: int) -> str:
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        'role="img" font-family="system-ui, sans-serif">'
    )
    paper = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    return "\n".join([opening, f"<title>{escape(title)}</title>", paper, *parts, "</svg>", ""])
