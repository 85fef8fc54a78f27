"""Run the tutorials, solutions and all, and give their pages with what came out. Part of `build_site.py`."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jupytext
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from plotly.offline import get_plotlyjs

SECONDS = 300
"""No cell takes longer, even on a busy machine."""
SOLUTION = re.compile(
    r"<details>\s*<summary>Solutions</summary>\s*```python\n(.*?)```\s*</details>", re.DOTALL
)
FIGURE = "application/vnd.plotly.v1+json"
STYLE = re.compile(r"<style.*?</style>", re.DOTALL)
DRAW = """for (const [id, figure] of Object.entries(window.FIGURES)) {
  const box = document.getElementById(id);
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", (figure.layout.title.text || "").replace(/<[^>]*>/g, " "));
  // The title stands above as text, so that it wraps on a narrow screen.
  const [finding, about] = figure.layout.title.text.split("<br>");
  const title = document.createElement("p");
  title.className = "chart-title";
  title.append(Object.assign(document.createElement("strong"), { textContent: finding }));
  title.append(document.createElement("br"), (about || "").replace(/<[^>]*>/g, ""));
  box.before(title);
  const margin = { ...figure.layout.margin, t: 10 };
  const layout = { ...figure.layout, title: undefined, margin, autosize: true, font: { size: 12 } };
  Plotly.newPlot(box, figure.data, layout, { responsive: true, displaylogo: false });
}
"""


def is_tutorial(path: Path) -> bool:
    """Whether a page is one of the notebooks: they are numbered."""
    return path.parent.name == "tutorials" and path.suffix == ".md" and path.name[0].isdigit()


def pages(paths: Sequence[Path], staged: Path) -> list[str]:
    """The pages of the tutorials as Markdown; their charts are written to scripts beside them.

    Args:
        paths: the notebooks as text.
        staged: folder of the staged site.
    """
    os.environ["PLOTLY_RENDERER"] = "plotly_mimetype"
    (staged / "plotly.js").write_text(get_plotlyjs(), encoding="utf-8")
    (staged / "draw.js").write_text(DRAW, encoding="utf-8")
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda path: _page(path, staged / "tutorials"), paths))


def _page(path: Path, folder: Path) -> str:
    started = time.monotonic()
    notebook = jupytext.read(path)
    solution = SOLUTION.search(notebook.cells[-1].source)
    if solution is None:
        raise SystemExit(f"{path.name}: the last cell holds no solutions")
    notebook.cells.append(new_code_cell(solution.group(1)))
    NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        extra_arguments=["--log-level=40"],
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    print(f"{path.name}: run in {time.monotonic() - started:.0f} s", flush=True)
    figures: dict[str, Any] = {}
    solved = notebook.cells.pop()
    parts = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            parts += [_code(cell.source), *_outputs(cell, f"chart-{number}", figures)]
        else:
            parts.append(cell.source)
    answered = "\n\n".join([_code(solved.source), *_outputs(solved, "chart-solution", figures)])
    page = "\n\n".join(parts)
    page = SOLUTION.sub(
        lambda _: f'<details markdown="1">\n<summary>Solutions</summary>\n\n{answered}\n\n</details>', page
    )
    scripts = f"{path.stem}_charts.js"
    (folder / scripts).write_text(f"window.FIGURES = {json.dumps(figures)};\n", encoding="utf-8")
    loaded = "\n".join(f'<script src="{name}"></script>' for name in ("../plotly.js", scripts, "../draw.js"))
    return f"{page}\n\n{loaded}\n"


def _code(source: str) -> str:
    return f"```python\n{source.rstrip()}\n```"


def _outputs(cell: Any, name: str, figures: dict[str, Any]) -> list[str]:
    found = []
    for number, output in enumerate(cell.outputs):
        data = output.get("data", {})
        if output.output_type == "stream" and output.name == "stdout":
            found.append(f"```text\n{output.text.rstrip()}\n```")
        elif FIGURE in data:
            figures[f"{name}-{number}"] = {key: data[FIGURE][key] for key in ("data", "layout")}
            found.append(f'<div id="{name}-{number}" class="chart"></div>')
        elif "text/html" in data:
            found.append(f'<div class="table">{STYLE.sub("", data["text/html"])}</div>')
        elif "text/plain" in data:
            found.append(f"```text\n{data['text/plain'].rstrip()}\n```")
    return found
