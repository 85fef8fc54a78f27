"""The followed change: what dated events do to the one change that a study follows, and to no other. ODD 8.1.

It is part of the stream and obeys the same rules. It concerns a share of each authority's people (`changes.target_share`),
who are like the others there, so that means over an authority's users stand for them.
"""

from sim.model.kernels.jit import kernel


@kernel
def update_focal_change(month, p, state):
    """Set how visible and how urgent the followed change is this month; events may alter both. ODD 8.1."""
    changes = state.changes
    nation = p[len(p) - 1]
    for i in range(len(changes)):
        if changes[i].focal == 1:
            changes[i].visibility = nation.focal_visibility
            changes[i].urgency = nation.focal_urgency


@kernel
def begins_at(row, change):
    """Stage at which an authority begins a change as soon as it is announced, or 0 where it decides itself. ODD 8.1."""
    return int(row.focal_stage) if change.focal == 1 else 0


@kernel
def to_target(row, change, month):
    """Months until the date by which a change is due: the end of its plan, or the date set for the followed change. ODD 8.1.

    Below 0 there is no date, or it has passed.
    """
    if change.focal == 1:
        return row.focal_due - month if row.focal_due >= 0.0 else -1.0
    return change.arrival + change.duration - month


@kernel
def focal_money_left(row, focal, persistence):
    """Share of a change's money that is still there: ring-fenced money does not fade. ODD 8.6."""
    if focal:
        return persistence + row.focal_ring_fenced * (1.0 - persistence)
    return persistence


@kernel
def focal_money(row, focal):
    """Money of a change's own, as shares of its hours. ODD 8.6.

    Returns:
        Tuple (for pilots, for scale-up).
    """
    if focal:
        return row.focal_pilot, row.focal_scale_up
    return 0.0, 0.0


@kernel
def legal_force(row, change):
    """Chance that a law makes an authority start, and share of decisions that it takes out of anybody's hands. ODD 8.1.

    mu_scale_up mu_mandate duty v, with v the visibility of compliance, for the followed change; 0 for any other.
    """
    if change.focal == 0:
        return 0.0
    return row.scale_up * row.mandate * row.focal_duty * change.visibility


@kernel
def waived_share(row, change):
    """Share of the requests and decision points of a change that are waived, by a dated event or by a law. ODD 8.1."""
    return max(row.focal_waived, legal_force(row, change)) if change.focal == 1 else 0.0


@kernel
def uptake_forced(row, change, uptake):
    """Uptake once the old way is closed to a share of those who would not take up the new one: q + closed (1 - q). ODD 8.7."""
    if change.focal == 1:
        return uptake + row.focal_closed * (1.0 - uptake)
    return uptake
