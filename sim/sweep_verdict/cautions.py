"""What an answer may not claim, in words: runs that are missing, points without a winner, luck, too few replications."""

from __future__ import annotations

from sim.sweep_analysis.regimes import OPEN, SAME, UNKNOWN, Regimes
from sim.sweep_analysis.sufficiency import Sufficiency
from sim.sweep_analysis.swept import FAILED, NOT_RUN, Sweep
from sim.sweep_verdict.headline import NEARLY_ALL, share
from sim.weighing import matters
from sim.wording import counted

NOT_A_FORECAST = (
    "This is not a forecast. A share of points is a share of the settings that were tried, not a probability: ranges "
    "and rules are assumptions, and other ranges may give another map."
)


def notice_of(sweep: Sweep) -> str:
    """What is missing from a sweep, in words; empty when nothing is."""
    runs, came = sweep.status.size, int((sweep.status != NOT_RUN).sum())
    failed = int((sweep.status == FAILED).sum())
    said = []
    if came < runs:
        said.append(
            f"Unfinished: {came:,} of {runs:,} runs are in; averages over the map use the "
            f"{counted(int(sweep.whole_replications.sum()), 'replication')} that all points have."
        )
    if failed:
        said.append(f"{counted(failed, 'run')} failed; they are left out, not replaced.")
    return " ".join(said)


def points_without_a_winner(found: Regimes) -> list[str]:
    """How many points nobody wins, and whether that is a tie, doubt or a lack of runs."""
    said = []
    same, undecided = found.share(found.kind == SAME), found.share(found.kind == OPEN)
    if 0 < same < NEARLY_ALL:
        said.append(
            f"at {share(same)} of the points the best two are practically the same, within {matters()}"
        )
    if undecided > 0:
        said.append(f"at {share(undecided)} they are not told apart: there the answer is unknown, not equal")
    unknown = int((found.kind == UNKNOWN).sum())
    if unknown:
        said.append(f"at {counted(unknown, 'further point')} too few runs are known to compare")
    return [as_sentence("; ".join(said))] if said else []


def replications_needed(enough: Sufficiency | None, somebody: bool) -> list[str]:
    """Whether fewer replications would have said the same, and how many points more of them could decide."""
    if enough is None:
        return []
    there, said = enough.tried[-1], []
    if somebody and enough.enough is not None:
        said.append(
            f"{enough.enough} of the {there} replications would have called 95 % of the points the same"
        )
    elif somebody:
        said.append(
            f"Fewer than {there} replications would have called more than 5 % of the points otherwise"
        )
    if enough.open_points:
        times, told = enough.within[-1]
        said.append(
            f"of the {counted(enough.open_points, 'point')} not told apart, {told} would be with {times:,} "
            "replications or fewer, if the differences seen are the true ones"
        )
    return [as_sentence("; ".join(said))] if said else []


def luck(found: Regimes) -> str:
    """What the intervals cover, and what they do not."""
    fewest = int(found.pairs[found.known].min())
    rough = f" With as few as {fewest} replications at a point the intervals are rough." if fewest < 5 else ""
    return (
        "Of the points given to a structure at most one in twenty is expected to be there by luck; the intervals cover "
        f"the luck of the draws, not doubt about rules and ranges.{rough}"
    )


def as_sentence(words: str) -> str:
    """Words begun with a capital and ended with a full stop."""
    return f"{words[0].upper()}{words[1:]}."
