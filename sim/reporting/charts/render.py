"""All charts of a comparison, and the only file that imports plotly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from sim.reporting.charts.base import Chart
from sim.reporting.charts.forest import paired_differences, range_over_the_set
from sim.reporting.charts.gap import deprivation_fifths, gap_over_time
from sim.reporting.charts.losses import where_lost
from sim.reporting.charts.tile_maps import difference_map, gap_maps
from sim.reporting.charts.time_series import stage_census, will_ability_capacity

if TYPE_CHECKING:
    from sim.runner.compare import Comparison


def charts(comparison: Comparison) -> list[Chart]:
    """Every chart that the comparison can fill, in the order of a report."""
    drawn = [
        range_over_the_set(comparison),
        gap_over_time(comparison),
        where_lost(comparison),
        paired_differences(comparison),
        stage_census(comparison),
        difference_map(comparison),
        gap_maps(comparison),
        deprivation_fifths(comparison),
        will_ability_capacity(comparison),
    ]
    return [chart for chart in drawn if chart is not None]


def figure(chart: Chart) -> go.Figure:
    """The chart as a plotly figure, for notebooks; plotly checks every property of it."""
    return go.Figure({"data": chart.data, "layout": chart.layout})


def drawing(chart: Chart) -> str:
    """The chart as JSON that can stand inside a script element of a page."""
    return embedded({"data": chart.data, "layout": chart.layout})


def embedded(content: Any) -> str:
    """Numbers and words as JSON that can stand inside a script element of a page; no text in it can end the element."""
    written = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def library() -> str:
    """plotly.js itself, so that a page needs nothing from outside."""
    return get_plotlyjs()
