"""The focal change: what dated events do to the one change that a study follows, and to no other.

It lives among the stream and under the same rules. Only what is said here sets it apart, and whom it concerns: a share
of every place's people (`changes.concerned`), who are like the others there, so that means over a place's users stand for
them.
"""

from sim.model.kernels.jit import kernel


@kernel
def update_focal_change(month, p, state):
    """Say what is known of the focal change this month: events may alter how visible and how urgent it is."""
    changes = state.changes
    nation = p[len(p) - 1]
    for i in range(len(changes)):
        if changes[i].focal == 1:
            changes[i].visibility = nation.focal_visibility
            changes[i].urgency = nation.focal_urgency


@kernel
def begins_at(row, change):
    """Stage at which a place begins a change as soon as it is announced, or 0 where the place is left to begin."""
    return int(row.focal_stage) if change.focal == 1 else 0


@kernel
def to_target(row, change, month):
    """Months until the date by which a change is to be done: the end of its plan, or of a focal one the date set.

    Below 0 there is no date, or it has gone.
    """
    if change.focal == 1:
        return row.focal_due - month if row.focal_due >= 0.0 else -1.0
    return change.arrival + change.duration - month


@kernel
def focal_money_left(row, focal, persistence):
    """Share of a change's money still there: what is ring-fenced does not fade."""
    if focal:
        return persistence + row.focal_ring_fenced * (1.0 - persistence)
    return persistence


@kernel
def focal_money(row, focal):
    """Money of a change's own, as shares of its hours: for pilots, and for scale-up."""
    if focal:
        return row.focal_pilot, row.focal_scale_up
    return 0.0, 0.0


@kernel
def legal_force(row, change):
    """Chance that a law makes a place start, and share of decisions it takes out of anybody's hands. ODD 8.1.

    mu_scale_up x mu_mandate x duty x visibility, of the focal change; 0 of any other.
    """
    if change.focal == 0:
        return 0.0
    return row.scale_up * row.mandate * row.focal_duty * change.visibility


@kernel
def waived_share(row, change):
    """Share of requests and decision points on a change's way that are waived, by a dated event or by a law."""
    return max(row.focal_waived, legal_force(row, change)) if change.focal == 1 else 0.0


@kernel
def uptake_forced(row, change, uptake):
    """Uptake once the old way is shut to some of those who would not take the new one up."""
    if change.focal == 1:
        return uptake + row.focal_closed * (1.0 - uptake)
    return uptake
