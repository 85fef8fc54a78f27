"""Reports: what the centre comes to believe of each place's ability, late and blurred by the layers a report climbs."""

from sim import draws
from sim.compiled import compiled


@compiled
def report(month, p, keys, places):
    """Send each place's ability up: at once and true in the base; else late, blurred and too rosy."""
    for a in range(len(places)):
        row = p[a]
        authority = places[a]
        seen = authority.ability
        catches = 1.0
        if row.information_loss > 0.0:
            layers = row.information_loss * row.hierarchy_layers
            seen += (1.0 - seen) * min(1.0, layers * row.information_optimism)
            seen += layers * row.information_blur * draws.normal(keys[draws.PICTURE], a, 0, month // 12)
            catches = 1.0 / (1.0 + layers * row.information_delay)
        authority.reported += catches * (seen - authority.reported)
