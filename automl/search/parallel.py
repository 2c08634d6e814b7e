"""Trials on several workers at once: a thread a worker, which takes the next trial when its last one has ended."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from automl.clock import OutOfTime
from automl.search.suggestion import NoSuggestion
from automl.workers.executor import WorkerDied
from automl.workers.start import threads_each

if TYPE_CHECKING:
    from automl.search.trials import Course
    from automl.workers.executor import Worker
    from automl.workers.pool import Workers

PAUSE = 0.1
"""Seconds between two looks at whether the threads go on: so long Ctrl-C may wait."""
STARTS = 2
"""A worker that dies so often in a row before it is ready is left alone."""


@dataclass
class Team:
    """Workers that search together.

    Attributes:
        course: the search; only touched with the lock held, but for the judging of trials.
        pool: where the workers come from.
        stopped: why the search ended; '' as long as it goes on.
        interrupted: set by Ctrl-C: nothing starts any more, and what ends now is not recorded.
        errors: what went wrong in a thread; the search ends.
    """

    course: Course
    pool: Workers
    stopped: str = ""
    interrupted: threading.Event = field(default_factory=threading.Event)
    errors: list[BaseException] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self) -> None:
        """Judge trials on one worker until the search ends; run in a thread of its own."""
        try:
            with self.pool.taken() as worker:
                while self._ready(worker) and self._trial(worker):
                    pass
        except BaseException as error:  # noqa: BLE001 (raised again in the main thread: a thread has nobody to tell)
            self.errors.append(error)
            self.stopped = self.stopped or "an error"

    def _ready(self, worker: Worker) -> bool:
        """Wait for a worker that starts, without keeping the others from going on; False when it does not."""
        for _ in range(STARTS):
            if self.stopped or self.interrupted.is_set():
                return False
            try:
                worker.wait_ready(self.course.left())
            except WorkerDied:
                continue
            except OutOfTime:
                self.stopped = self.stopped or "the budget"
                break
            return True
        return False

    def _trial(self, worker: Worker) -> bool:
        """One trial; False when the search has ended."""
        threads = threads_each(self.course.cv.threads, len(self.pool.members))
        cv = replace(self.course.cv, worker=worker, threads=threads)
        with self.lock:
            self.stopped = self.stopped or self.course.reason_to_stop()
            if self.stopped:
                return False
            try:
                params = self.course.next(cv)
            except NoSuggestion as end:
                self.stopped = str(end)
            if self.stopped or self.interrupted.is_set():
                return False
            trial = self.course.begin(params)
        self.course.judge(cv, trial, self.interrupted.is_set)
        with self.lock:
            if self.interrupted.is_set():
                return False
            self.course.end(trial)
        return True

    def interrupt(self, threads: list[threading.Thread]) -> None:
        """End what runs: a worker whose process is killed answers at once, and is replaced."""
        self.interrupted.set()
        self.pool.kill_busy()
        for thread in threads:
            thread.join()


def run(course: Course, pool: Workers) -> str:
    """Search with all workers of the pool.

    Returns:
        str: why it ended.

    Raises:
        KeyboardInterrupt: with the workers free for other calls, and the finished trials recorded.
    """
    team = Team(course, pool)
    threads = [threading.Thread(target=team.work, daemon=True) for _ in pool.members]
    try:
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            for thread in threads:
                thread.join(PAUSE)
    except KeyboardInterrupt:
        team.interrupt(threads)
        raise
    if team.errors:
        raise team.errors[0]
    return team.stopped or "no worker could be started"
