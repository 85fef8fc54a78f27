"""Self-contained HTML pages, made from the templates in `templates`; all that is put into one is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.formatting import counted, listing, number, percent, points
from sim.paths import CONTENT_POLICY
from sim.reporting.charts.base import Chart
from sim.reporting.charts.render import drawing, embedded, library
from sim.reporting.wording import share
from sim.storage import atomic_write_text


@cache
def _environment() -> Environment:
    """The templates with the filters that they write numbers with."""
    found = Environment(
        loader=PackageLoader("sim.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_unparted,
    )
    found.filters |= {f.__name__: f for f in (counted, listing, number, percent, points, share)}
    found.filters |= {
        "asset": lambda name: Markup(asset(name)),
        "drawing": lambda chart: Markup(drawing(chart)),
        "embedded": lambda content: Markup(embedded(content)),
    }
    found.globals |= {"content_policy": Markup(CONTENT_POLICY)}
    return found


def _unparted(value: object) -> object:
    """What a template writes, with no number parted from its percent sign at the end of a line."""
    return value if isinstance(value, Markup) else str(value).replace(" %", "\u00a0%")


def render(template: str, charts: Sequence[Chart], **content: object) -> str:
    """The whole page as text; it fetches nothing.

    Args:
        template: name of the page's template.
        charts: all charts of the page, whose drawings it carries.
        content: what the template shows, by name.
    """
    page = _environment().get_template(template)
    return page.render(charts=charts, plotly=Markup(library()), **content)


def asset(name: str) -> str:
    """The text of a script or style sheet that pages carry."""
    return resources.files("sim").joinpath("reporting", "assets", name).read_text(encoding="utf-8")


def write_page(page: str, target: Path) -> Path:
    """Write a page beside its place and move it there when it is whole; its folder is made if need be."""
    target.parent.mkdir(parents=True, exist_ok=True)
    atomic_write_text(target, page)
    return target
