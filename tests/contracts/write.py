"""Rewrite what the contract tests expect, from what is there today.

    uv run python tests/contracts/write.py

Allowed only when a name, key, type or code is meant to change for those who script against it, with what they must change in
CHANGELOG.md; never to make a test pass after files were moved or internals renamed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import contract
import pytest


def main() -> int:
    """Ask everything again, say what changed, and write it if all could be asked."""
    contract.rewritten = {}
    folder = Path(__file__).parent
    code = pytest.main([str(folder), "-n", "0", "-m", "", "-p", "no:cacheprovider"])
    if code != pytest.ExitCode.OK:
        print("not everything could be asked; nothing was rewritten", file=sys.stderr)
        return 1
    contract.EXPECTED.mkdir(exist_ok=True)
    for path in contract.EXPECTED.glob("*.json"):
        if path.stem not in contract.rewritten:
            path.unlink()
            print(f"gone: {path.name}")
    for family, entries in sorted(contract.rewritten.items()):
        path = contract.EXPECTED / f"{family}.json"
        before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        for name in dict.fromkeys([*before, *entries]):
            lines = contract.differences(before.get(name, {}), entries.get(name, {}), ordered=True)
            print("".join(f"{family}, {name}:{line}\n" for line in lines), end="")
        text = json.dumps(entries, indent=1, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
