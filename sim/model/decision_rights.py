"""Decision rights: who holds which right, in shares that sum to 1 in each row; the named tables and mixtures of them.

`judged_on` is the companion of `accountability`. `agenda` and `design` are indivisible: for each change and authority one
holder is drawn by `sim.model.kernels.random`, from one common uniform number in the fixed order of `KINDS`. The other rows
are divisible: their shares act in proportion.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

KINDS = ("centre", "authorities", "third_sector", "users")
CRITERIA = ("reports", "outcomes", "learning")
ROWS = ("agenda", "design", "resource", "accountability", "judged_on", "information")

Row = Mapping[str, float]
Table = Mapping[str, Row]


def columns(row: str) -> tuple[str, ...]:
    """Who or what shares a row: kinds of agents, or for `judged_on` the criteria of judgement."""
    return CRITERIA if row == "judged_on" else KINDS


def _table(**rows: tuple[float, ...]) -> dict[str, dict[str, float]]:
    return {name: dict(zip(columns(name), shares, strict=True)) for name, shares in rows.items()}


# The three tables below are assumptions: nobody has measured who holds these rights in Scotland. The ends are not
# pure, since no real system is: the centre leaves a tenth to authorities, and distributed power keeps a centre.
HIERARCHY = _table(
    agenda=(0.9, 0.1, 0.0, 0.0),
    design=(0.9, 0.1, 0.0, 0.0),
    resource=(0.9, 0.1, 0.0, 0.0),
    accountability=(0.9, 0.1, 0.0, 0.0),
    judged_on=(0.6, 0.3, 0.1),
    information=(0.9, 0.1, 0.0, 0.0),
)
DISTRIBUTED = _table(
    agenda=(0.1, 0.4, 0.2, 0.3),
    design=(0.1, 0.4, 0.2, 0.3),
    resource=(0.1, 0.5, 0.2, 0.2),
    accountability=(0.1, 0.3, 0.2, 0.4),
    judged_on=(0.2, 0.4, 0.4),
    information=(0.1, 0.4, 0.1, 0.4),
)
STATUS_QUO = _table(
    agenda=(0.6, 0.3, 0.05, 0.05),
    design=(0.5, 0.4, 0.05, 0.05),
    resource=(0.6, 0.35, 0.05, 0.0),
    accountability=(0.7, 0.2, 0.05, 0.05),
    judged_on=(0.5, 0.4, 0.1),
    information=(0.6, 0.3, 0.05, 0.05),
)


def between(distribution: float) -> dict[str, dict[str, float]]:
    """The table that lies a share `distribution` of the way from hierarchy (0) to distributed power (1)."""
    return {
        name: {
            who: (1.0 - distribution) * HIERARCHY[name][who] + distribution * DISTRIBUTED[name][who]
            for who in columns(name)
        }
        for name in ROWS
    }


def resolve(
    rows: Table, distribution: float | None, explicit: Collection[str]
) -> dict[str, dict[str, float]]:
    """The table that holds: explicit rows as they are, and the others where `distribution` puts them.

    Args:
        rows: all six rows.
        distribution: position from hierarchy (0) to distributed (1), or None for the rows alone.
        explicit: names of the rows that somebody set.
    """
    if distribution is None:
        return {name: dict(rows[name]) for name in ROWS}
    interpolated = between(distribution)
    return {name: dict(rows[name]) if name in explicit else interpolated[name] for name in ROWS}
