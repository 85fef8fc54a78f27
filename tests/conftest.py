"""What several tests read: a made-up nation, and how Hypothesis searches."""

import gc
import os

# Several threads for matrices this small wait for each other, and tests run side by side already.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}

import pytest
import worlds
from hypothesis import HealthCheck, settings

from sim.cli import main

settings.register_profile(
    "gapsim",
    deadline=None,
    max_examples=150,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
settings.load_profile("gapsim")

BROWSER = ("test_live_page", "test_live_page_access", "test_live_deck", "test_site", "test_sweep_map_page")
PROCESS = (
    "test_sweep_engines", "test_sweep_faults", "test_sweep_status", "test_dask_scheduler", "test_packaging",
    "test_live_server", "test_compiled", "test_walk", "test_edition_1",
)  # fmt: skip
"""Files whose tests drive a browser, or start processes of their own: `uv run pytest -m "browser or process"`."""


def asked_for(config):
    """Whether files or an expression were named: then nothing more is left out."""
    return config.option.markexpr != "not slow" or any(".py" in argument for argument in config.args)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    # Workers do not see which files were named.
    node.workerinput["asked_for"] = asked_for(node.config)


def pytest_collection_modifyitems(config, items):
    """Mark them, and leave them out of `uv run pytest` without a file or an expression of its own."""
    for item in items:
        if item.path.stem in BROWSER:
            item.add_marker("browser")
        if item.path.stem in PROCESS:
            item.add_marker("process")
    if config.workerinput["asked_for"] if hasattr(config, "workerinput") else asked_for(config):
        return
    left_out = {i for i in items if i.get_closest_marker("browser") or i.get_closest_marker("process")}
    config.hook.pytest_deselected(items=[i for i in items if i in left_out])
    items[:] = [i for i in items if i not in left_out]


def pytest_collection_finish():
    """What was loaded stays to the end, so nothing in it is looked for that could be thrown away."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def six_places(tmp_path_factory) -> str:
    """A made-up nation of six places."""
    return worlds.write_places(tmp_path_factory.mktemp("places") / "six.csv")


@pytest.fixture(scope="session")
def small(six_places) -> dict:
    """A world of six places that lives a run in about a millisecond."""
    return {
        "population.places": six_places,
        "population.users": 48,
        "population.bodies": 9,
        "population.months": 48,
        "changes.arriving": 8,
        "changes.in_progress": 2,
    }


@pytest.fixture
def gapsim(tmp_path, monkeypatch, capsys):
    """Run a command in an empty folder; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments):
        code = main.execute([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command
