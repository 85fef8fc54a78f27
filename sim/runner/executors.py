"""Engines: each starts workers and gives an executor of `concurrent.futures`.

serial: this process, for debugging. processes: a pool of processes on this machine. dask: the workers of a Dask cluster,
on this machine or on many that share the folder of results.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import connection
from typing import Any

from sim.errors import COMMAND_LINE, InputProblems, Problem
from sim.runner import ENGINES
from sim.runner.compare import cores
from sim.runner.worker import WorkerLost

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
ANSWER_WITHIN = "10s"


class Engine:
    """Workers, and how they are lost.

    Attributes:
        name: name of the engine.
        workers: how many chunks can be executed at a time.
        lost: what a future raises when its worker died.
        falls_together: whether all workers are lost when one dies.
        watched: whether a worker may be ended when a run takes too long.
    """

    name: str
    workers: int = 1
    lost: tuple[type[BaseException], ...] = ()
    falls_together = False
    watched = True

    def start(self) -> Executor:
        """An executor with workers ready to start; called again after all were lost."""
        raise NotImplementedError

    def stop(self, at_once: bool) -> None:
        """End the workers: after their chunks, or at once."""


class Serial(Engine):
    """Executes chunks in this process, one after the other."""

    name = "serial"
    watched = False

    def start(self) -> Executor:
        """An executor that executes a chunk before `submit` returns."""
        return _InThisProcess()


class _InThisProcess(Executor):
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        future: Future = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Processes(Engine):
    """A pool of processes on this machine, one thread each."""

    name = "processes"
    lost = (BrokenExecutor, WorkerLost)
    falls_together = True

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or cores()
        self._pool: ProcessPoolExecutor | None = None

    def start(self) -> Executor:
        """A pool of spawned processes: forked ones would inherit locks of threads that they do not have."""
        self.stop(at_once=True)
        context = multiprocessing.get_context("spawn")
        self._pool = _Shielded(self.workers, mp_context=context, initializer=_end_with_parent)
        return self._pool

    def stop(self, at_once: bool) -> None:
        """End the processes of the pool."""
        if self._pool is None:
            return
        if at_once:
            # Killed first: a pool waits for its processes, and one of them may never end.
            for process in list((self._pool._processes or {}).values()):
                process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None


class _Shielded(ProcessPoolExecutor):
    """A pool whose processes ignore Ctrl-C, which reaches all of them: this process handles it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future:
        with ignore_sigint():
            return super().submit(fn, *args, **kwargs)


def _end_with_parent() -> None:
    """End this worker when its parent ends; it would wait for ever for its next chunk."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


class Dask(Engine):
    """Workers of a Dask cluster: a new one on this machine, or that of a running scheduler."""

    name = "dask"

    def __init__(self, workers: int | None = None, address: str | None = None) -> None:
        try:
            import distributed
        except ImportError:
            said = "needs the extra `dask`: pip install 'gapsim[dask]', or uv sync --extra dask"
            raise InputProblems([Problem(COMMAND_LINE, "--engine", said, "dask")]) from None
        self.workers = workers or cores()
        self.lost = (distributed.scheduler.KilledWorker, WorkerLost)
        self._address = address
        self._client: Any = None
        self._cluster: Any = None

    def start(self) -> Executor:
        """An executor over the cluster."""
        from distributed import Client

        self._client = Client(self._cluster_here() if self._address is None else self._address)
        self.workers = max(1, len(self._client.nthreads()))
        return self._client.get_executor(pure=False)

    def reach(self) -> None:
        """Check that the scheduler at the address answers and that its workers are suitable, before anything is written.

        Raises:
            InputProblems: if no scheduler answers, or its workers have several threads each.
        """
        from distributed import Client

        address, wrong = str(self._address), ""
        try:
            with Client(address, timeout=ANSWER_WITHIN) as client:
                threads = client.nthreads()
        except (OSError, ValueError) as error:
            wrong = f"no Dask scheduler answers there ({error})".splitlines()[0]
        else:
            self.workers = len(threads)
            if any(count != 1 for count in threads.values()):
                wrong = "its workers must have one thread each (dask worker --nthreads 1): a run that hangs ends its process"
        if wrong:
            raise InputProblems([Problem(COMMAND_LINE, "--address", wrong, address or "''")])

    def _cluster_here(self) -> Any:
        import dask
        from distributed import LocalCluster

        # The scheduler of the sweep retries runs one by one; Dask would retry the whole chunk three times.
        dask.config.set({"distributed.scheduler.allowed-failures": 0})
        with ignore_sigint():
            self._cluster = LocalCluster(
                n_workers=self.workers, threads_per_worker=1, processes=True, dashboard_address=None,
                silence_logs="CRITICAL",
            )  # fmt: skip
        return self._cluster

    def stop(self, at_once: bool) -> None:
        """Disconnect from the cluster, and end it if it was started here."""
        if self._client is not None:
            self._client.close()
        if self._cluster is not None:
            self._cluster.close()
        self._client = self._cluster = None


def make_executor(name: str, workers: int | None = None, address: str | None = None) -> Engine:
    """An engine by its name.

    Args:
        name: one of `ENGINES`.
        workers: how many; one a core when left out.
        address: of a running Dask scheduler.

    Raises:
        InputProblems: if there is no such engine, its package is not installed, or no suitable scheduler is at the address.
    """
    if name not in ENGINES:
        said = f"must be one of {', '.join(ENGINES)}"
        raise InputProblems([Problem(COMMAND_LINE, "--engine", said, name or "''")])
    if name == "dask":
        dask = Dask(workers, address)
        if address is not None:
            dask.reach()
        return dask
    return Serial() if name == "serial" else Processes(workers)


@contextmanager
def single_threaded_children() -> Iterator[None]:
    """Processes started meanwhile compute with one thread each: there is already one process a core."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def ignore_sigint() -> AbstractContextManager[None]:
    """Processes started meanwhile ignore Ctrl-C."""
    return signal_handler(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def signal_handler(number: int, handler: Any) -> Iterator[None]:
    """Handle a signal in another way meanwhile, where a thread may: in the main one, and not on Windows."""
    if threading.current_thread() is not threading.main_thread() or sys.platform == "win32":
        yield
        return
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)
