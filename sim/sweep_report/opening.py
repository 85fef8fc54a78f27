"""The beginning and the end of the page: what is missing, the question, the answer; the command, the licences."""

from __future__ import annotations

from sim.page import asset, escape
from sim.sweep_report.findings import Findings
from sim.sweep_report.map_data import stamp

NO_SCRIPT = "<noscript><p>The map and the charts need JavaScript. Most of their numbers stand in the tables.</p></noscript>"


def opening(f: Findings) -> str:
    """What is missing, the question, and the answer."""
    plan, said = f.sweep.plan, f.verdict
    notice = f'<p class="notice">{escape(said.notice)}</p>' if said.notice else ""
    question = str(plan.get("question") or "Under which of the settings tried does each structure do better?")
    structures = _structures(f)
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in said.sentences)
    return (
        f'{notice}<h1>{escape(question)}</h1><p class="lead">{structures}<br>{escape(stamp(f))}</p>'
        f'<section class="verdict" aria-label="Verdict"><p class="headline">{escape(said.headline)}</p>'
        f"<ul>{items}</ul></section>"
    )


def _structures(f: Findings) -> str:
    if f.scale is not None:
        ends = " and ".join(f"<b>{escape(name)}</b>" for name in f.compared.structures)
        (scenario,) = f.sweep.structures
        return f"Compared: {ends}, the ends of {len(f.scale.positions)} positions, in scenario {escape(scenario)}"
    titles = {s["name"]: s.get("title") or "" for s in f.sweep.plan["scenarios"]}
    named = (
        f"<b>{escape(name)}</b>" + (f": {escape(titles[name])}" if titles.get(name) else "")
        for name in f.compared.structures
    )
    return "; ".join(named)


def again(f: Findings) -> str:
    """The command that gives these numbers again."""
    plan = f.sweep.plan
    return (
        f'<section id="again"><h2>Make it again</h2><p>With gapsim {escape(plan["version"])}:</p>'
        f'<pre tabindex="0">{escape(plan["command"])}</pre></section>'
    )


def footer(f: Findings) -> str:
    """Licences and stamp."""
    return f"<footer>{asset('licence.html')}<p>{escape(stamp(f))}.</p></footer>"
