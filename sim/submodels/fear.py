"""Fear of blame: what keeps a change small where failure before a visible centre is punished."""

from sim.compiled import compiled


@compiled
def fear(row, radicalness, visibility):
    """Fear of a change that fails in sight of the centre, from 0 to 1; judgement by what was learned takes it away.

    Args:
        row: parameters of the place; its centre's share of `accountability` is who punishes.
        radicalness: how far the change departs from what is done now.
        visibility: how easily failure is seen.
    """
    return row.accountability_centre * (1.0 - row.judged_on_learning) * visibility * radicalness
