"""A Dask scheduler that somebody else started, reached by address: the same bytes, or a refusal with nothing written."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sweeps

from sim.runner import executors

pytest.importorskip("distributed")
DASK = Path(sys.executable).with_name("dask")
ASKED = ("hierarchy", "distributed", "work.load=1,2", *sweeps.TINY)


class Cluster:
    """A scheduler on this machine, and workers that come and go, each a process of its own."""

    def __init__(self, folder):
        self.folder, self.started = folder, []
        self.start(
            "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(folder / "s.json")
        )
        sweeps.until(lambda: (folder / "s.json").exists())
        self.address = json.loads((folder / "s.json").read_text())["address"]

    def start(self, what, *words):
        log = open(self.folder / f"{len(self.started)}.log", "wb")  # noqa: SIM115
        process = subprocess.Popen(
            [DASK, what, *words, "--no-dashboard"],
            cwd=self.folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def worker(self, *words):
        here = len(self.names())
        self.start("worker", self.address, "--nthreads", "1", *words)
        sweeps.until(lambda: len(self.names()) > here)

    def names(self):
        from distributed import Client

        with Client(self.address, timeout="30s") as client:
            return list(client.nthreads())

    def end(self):
        for process in self.started:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.end()


def swept(cluster, folder, *words):
    return subprocess.run(
        [sweeps.COMMAND, "sweep", *ASKED, "--address", cluster.address, "--out", str(folder), *words],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_workers_that_come_late_and_from_elsewhere_make_the_same_bytes(cluster, tmp_path):
    first = sweeps.started(tmp_path / "far", *ASKED, "--replications", 20, "--address", cluster.address)
    assert "the scheduler has no workers yet" in first.stderr.readline()
    cluster.worker()
    cluster.worker()
    assert first.wait(300) == 0
    here = sweeps.started(tmp_path / "here", *ASKED, "--replications", 20, "--engine", "serial")
    assert here.wait(300) == 0
    assert sweeps.content(tmp_path / "far") == sweeps.content(tmp_path / "here")
    again = swept(cluster, tmp_path / "far", "--replications", "20")
    assert again.returncode == 0
    assert "nothing was left to do" in again.stdout

    cluster.worker("--nthreads", "2")
    refused = swept(cluster, tmp_path / "no", "--replications", "2")
    assert refused.returncode == 2
    assert "one thread each" in refused.stderr
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", ""])
def test_an_address_where_no_scheduler_answers_is_refused_before_anything_is_written(
    gapsim, tmp_path, monkeypatch, address
):
    monkeypatch.setattr(executors, "ANSWER_WITHIN", "300ms")
    code, _, err = gapsim("sweep", "work.load=1,2", "--address", address, "--out", "out")
    assert code == 2
    assert "--address" in err
    assert "no Dask scheduler answers there" in err
    assert not (tmp_path / "out").exists()
