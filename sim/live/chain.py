"""The chain from what is announced to what reaches people: how much is left after each step, read off the account of losses.

All amounts are shares of the benefit that the whole run intends, so they only grow with the months, and what is lost at
a step is the difference between it and the step before.
"""

from __future__ import annotations

import numpy as np

from sim.live.playback import rounded
from sim.model.state import LEDGER, Cause, Journal

STEPS = ("announced", "begun", "reported", "meant", "fits", "taken_up", "benefit")
"""Steps in their order; a language file names them under `chain.STEP`."""


def frames(journal: Journal) -> dict[str, list[float | None]]:
    """What is left after each step by the end of each month; None where the run intends nothing."""
    intended, nominal, realised = (
        amounts.sum(axis=1).cumsum() for amounts in (journal.intended, journal.nominal, journal.realised)
    )
    lost = journal.lost.cumsum(axis=0)
    begun = intended - lost[:, Cause.NOT_STARTED]
    meant = nominal - lost[:, Cause.RITUAL_COMPLIANCE]
    # Redesign holds coverage back before it is reported; what does not fit is lost after that. The account has both as one.
    others = [cause for cause in range(LEDGER) if cause != Cause.WRONG_DESIGN]
    redesigned = intended - nominal - lost[:, others].sum(axis=1) - lost[:, Cause.AHEAD]
    fits = meant - (lost[:, Cause.WRONG_DESIGN] - redesigned)
    taken_up = fits - lost[:, Cause.NOT_TAKEN_UP]
    left = np.stack([intended, begun, nominal, meant, fits, taken_up, realised])
    whole = intended[-1] if len(intended) and intended[-1] > 0 else np.nan
    return dict(zip(STEPS, rounded(left / whole), strict=True))
