"""Signs, ends and thresholds that a small slip would turn, each with the case at the boundary."""

from itertools import permutations

import numpy as np
import pytest
import worlds
from scipy.stats import spearmanr, ttest_1samp
from synthetic_comparison import comparison, scenario

import sim
from sim.analysis.comparison import Difference, significantly_different
from sim.analysis.sensitivity import rank_correlation
from sim.analysis.variance import seed_share
from sim.history.matching.waves import pooled
from sim.model.decision_rights import DISTRIBUTED, HIERARCHY, between
from sim.model.schedule import begin
from sim.model.schema import record
from sim.model.state import CELLS, Activity, Kind, table
from sim.model.submodels.handover import redesign_cost
from sim.reporting.comparison_sentences import alongside
from sim.reporting.comparison_text import at_these_settings
from sim.stats import interval, p_value


@pytest.mark.parametrize("order", list(permutations(("a", "b", "c"))), ids="".join)
def test_the_best_wins_wherever_it_stands_in_the_order(order):
    gaps = {"a": 0.5, "b": 0.6, "c": 0.7}
    said = at_these_settings(comparison(*[scenario(n, gaps[n], seed=k) for k, n in enumerate(order)]))
    assert (said.kind, said.winner) == ("better", "a")
    assert "than the next, b, by" in said.headline


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")], ids="".join)
def test_a_pair_names_the_better_first(order):
    gaps = {"a": 0.5, "b": 0.6}
    said = at_these_settings(comparison(*[scenario(n, gaps[n], seed=k) for k, n in enumerate(order)]))
    assert said.headline.startswith("a closes more of the gap than b")


@pytest.mark.parametrize(("months", "when"), [(0.5, "later"), (-0.5, "sooner"), (0.05, "later")])
def test_half_a_month_later_is_later(months, when):
    steady = np.full(100, 40.0)
    better = scenario("a", 0.5, months_to_half=steady + months + np.linspace(-0.01, 0.01, 100))
    worse = scenario("b", 0.6, seed=2, months_to_half=steady)
    assert f"months {when} (" in " ".join(alongside(better, worse))


@pytest.mark.parametrize(("p", "clear"), [(0.0499, True), (0.0501, False), (0.0540, False)])
def test_a_difference_is_significant_below_one_in_twenty(p, clear):
    d = Difference(a="a", b="b", outcome="gap", mean=-0.05, low=-0.09, high=-0.01, pairs=100, adjusted=p)
    assert bool(significantly_different([d])) == clear


def test_variances_have_one_degree_of_freedom_less_than_values():
    found = interval(np.array([0.0, 1.0]))
    # t(.975, 1) x sd / sqrt(2), the sd of 0 and 1 being sqrt(1/2).
    assert found["high"] - found["mean"] == pytest.approx(12.706204736 * 0.5)
    few = np.array([1.0, 2.0, 4.0])
    assert p_value(few) == pytest.approx(ttest_1samp(few, 0.0).pvalue)
    assert pooled(np.array([[[0.0], [1.0], [2.0], [3.0]]])).tolist() == pytest.approx([5.0])


def test_the_share_of_the_seed_is_that_of_unbiased_components():
    values = np.array([[0.0, 2.0, 4.0], [1.0, 3.0, 5.0], [2.0, 4.0, 6.0]])
    # Rows differ with variance 1, columns with variance 4, and nothing is left.
    assert seed_share(values, 1)[0] == pytest.approx(4.0 / 5.0)


@pytest.mark.parametrize(("position", "rights"), [(0.0, HIERARCHY), (1.0, DISTRIBUTED)])
def test_the_ends_of_a_position_are_the_named_tables(position, rights):
    assert between(position) == rights


@pytest.mark.parametrize("position", [0.0, 1.0])
def test_a_position_at_its_ends_runs_like_the_named_table(position):
    ends = {"power.distribution": position, "population.users": 64, "population.months": 12}
    named = {f"power.{row}": shares for row, shares in (DISTRIBUTED if position else HIERARCHY).items()}
    size = {"population.users": 64, "population.months": 12}
    by_position, by_name = (sim.simulate(worlds.parameters(given), 3) for given in (ends, size | named))
    assert np.array_equal(by_position.state.account, by_name.state.account)


def test_money_for_scale_up_is_part_of_the_endowment():
    """As much as the same share for pilots: both are offered from the announcement on."""

    def endowment(**money):
        keys = {f"money.{kind}": share for kind, share in ({"pilot": 0.0, "scale_up": 0.0} | money).items()}
        run = begin(worlds.parameters({"population.users": 64}, keys), 5)
        run.advance(1)
        return run.state.journal.months[0].endowment, run.state.journal.hours[0].sum()

    without, spent_without = endowment()
    pilots, _ = endowment(pilot=0.1)
    shift, spent = endowment(scale_up=0.1)
    assert shift - without == pytest.approx(pilots - without)
    assert shift > without
    assert (spent, spent_without) == (pytest.approx(shift), pytest.approx(without))


@pytest.mark.parametrize("strength", [0.01, 0.05, 0.5])
def test_a_second_design_costs_in_proportion_to_the_strength(strength):
    settings = {"design.hours": 600.0, "design.signals": 0.0}
    row = record(worlds.parameters(settings, mechanisms=worlds.OFF | {"design_economies": strength}), 1)[0]
    cell = table(CELLS, 1, design_holder=Kind.AUTHORITIES)[0]
    redesign_cost(row, 0.1, 1.0, cell)
    assert cell.design_hours == pytest.approx(strength * 600.0)


def test_less_capacity_written_through_an_agent_leaves_more_hours_to_crises():
    hours = []
    for less in (0.0, 0.1):
        model = sim.Model(worlds.parameters({"population.users": 64}), 3)
        council = next(iter(model.agents_by_type[sim.LocalAuthority]))
        if less:
            council.capacity = council.capacity - less
        model.step()
        hours.append(model.run.state.journal.hours[0])
    staff = model.run.values[0].authorities_staff_hours * council.population
    usual, crisis = (hours[1][k] - hours[0][k] for k in (Activity.USUAL_BUSINESS, Activity.CRISIS))
    assert usual == pytest.approx(0.0, abs=1e-6)
    assert crisis == pytest.approx(0.1 * staff)


def test_tied_ranks_share_their_middle():
    generator = np.random.default_rng(4)
    x, y = generator.integers(0, 4, 60).astype(float), generator.integers(0, 3, 60).astype(float)
    assert rank_correlation(x, y)[0] == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)


@pytest.mark.parametrize(("won", "kind"), [(66, "better"), (65, "depends")])
def test_better_in_two_thirds_of_the_replications_is_better(won, kind):
    """At 66 of 99 it is two thirds exactly."""
    a = np.where(np.arange(99) < won, 0.5, 0.601)
    said = at_these_settings(comparison(scenario("a", a, 99), scenario("b", np.full(99, 0.6), 99, seed=2)))
    assert said.kind == kind
