"""Joins the page, its styles, modules and data into one HTML file that loads nothing else.

Modules are joined in the order in which they need each other. Only what the page's modules use is understood: named
imports of files beside them, and exports where a name is declared; anything else is refused, so that a page that
cannot be joined is noticed by the tests and not by a user.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json

INDEX = "index.html"
DATA_ID = "gapsim-embedded"

STYLE = re.compile(r'[ \t]*<link rel="stylesheet" href="(?:\./)?page/([\w.-]+\.css)">\n?')
SCRIPT = re.compile(r'[ \t]*<script type="module" src="(?:\./)?page/([\w.-]+\.js)"></script>\n?')
HEAD = "<head>"

IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w.-]+\.js)";[ \t]*$', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function\*?|const|class) (\w+)", re.MULTILINE)
EXPORT_WORD = re.compile(r"^export (?=(?:async )?(?:function|const|class) )", re.MULTILINE)
LEFT_OVER = re.compile(r"^(?:import\b|export\b)|\bimport\s*\(|\bimport\.meta\b", re.MULTILINE)


def one_file(page: Mapping[str, bytes], data: Mapping[str, Any]) -> bytes:
    """The page with data in it, as one HTML file that sends no request.

    Args:
        page: the page's files by name.
        data: what the page plays instead of asking a server.

    Raises:
        ValueError: if the page is written in a way that cannot be joined.
    """
    html = page[INDEX].decode()
    styles = "".join(page[name].decode() for name in STYLE.findall(html))
    mains = SCRIPT.findall(html)
    if len(mains) != 1:
        raise ValueError(f"{INDEX}: expected one module script, found {len(mains)}")
    script = joined(page, mains[0])
    for text, end in ((styles, "</style"), (script, "</script")):
        if end in text.lower() or "<!--" in text:
            raise ValueError(f"a file of the page holds {end} or <!--, which would end it early")
    html = SCRIPT.sub("", STYLE.sub("", html))
    policy = (
        f"default-src 'none'; script-src {_hashed(script)}; style-src {_hashed(styles)}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    # Packed, so that the longest run stays well under a megabyte; and no text in it can end the block.
    block = base64.b64encode(gzip.compress(to_json(data, inf_nan_mode="null"), mtime=0)).decode()
    inside = (
        f'{HEAD}\n  <meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"  <style>{styles}</style>\n"
        f'  <script type="application/gzip" id="{DATA_ID}">{block}</script>\n'
        f'  <script type="module">{script}</script>'
    )
    return html.replace(HEAD, inside, 1).encode()


def joined(page: Mapping[str, bytes], main: str) -> str:
    """A module and all that it imports, as one script."""
    parts: dict[str, str] = {}
    _collect(page, main, parts, ())
    return "\n".join(parts.values())


def _collect(page: Mapping[str, bytes], name: str, parts: dict[str, str], above: tuple[str, ...]) -> None:
    if name in parts:
        return
    if name in above:
        raise ValueError(f"modules import each other in a circle: {' > '.join((*above, name))}")
    if name not in page:
        raise ValueError(f"{above[-1] if above else INDEX} needs {name}, which is not among the page's files")
    text = page[name].decode()
    for _, needed in IMPORT.findall(text):
        _collect(page, needed, parts, (*above, name))
    exported = EXPORT.findall(text)
    body = EXPORT_WORD.sub("", IMPORT.sub(_taken, text))
    strange = LEFT_OVER.search(body)
    if strange:
        line = body[strange.start() :].partition("\n")[0]
        raise ValueError(f"{name}: cannot be joined into one file: {line}")
    parts[name] = f"const {_of(name)} = (() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})();"


def _taken(found: re.Match[str]) -> str:
    names = [name.strip() for name in found[1].split(",") if name.strip()]
    return f"const {{ {', '.join(name.replace(' as ', ': ') for name in names)} }} = {_of(found[2])};"


def _of(name: str) -> str:
    return "of_" + re.sub(r"\W", "_", name.removesuffix(".js"))


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
