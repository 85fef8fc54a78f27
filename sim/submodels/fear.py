"""Fear of blame: what keeps a change small where failure before a visible centre is punished."""

from sim.compiled import compiled


@compiled
def fear(row, radicalness, visibility):
    """Fear of a change that fails in sight of the centre, from 0 to 1: where reports or outcomes are judged, not learning.

    Args:
        row: parameters of the place; its centre's share of `accountability` is who punishes.
        radicalness: how far the change departs from what is done now.
        visibility: how easily failure is seen.
    """
    judged = row.judged_on_reports + row.judged_on_outcomes
    return row.accountability_centre * judged * visibility * radicalness
