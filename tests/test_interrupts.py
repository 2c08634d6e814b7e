"""Ctrl-C that a library's callback loses is answered at the next fit."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from automl import interrupts
from tests.fakes import fake_cv, use_fakes


@pytest.fixture(autouse=True)
def _watched():
    for number, default in interrupts.SIGNALS.items():
        signal.signal(number, default)
    interrupts.watch()


def press(number=signal.SIGINT):
    """Ctrl-C, its exception dropped as a finaliser drops it."""
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)


def test_without_a_press_there_is_nothing_to_answer():
    interrupts.check()


@pytest.mark.parametrize("number", interrupts.SIGNALS)
def test_a_press_stays_until_it_is_answered(number):
    press(number)
    with pytest.raises(KeyboardInterrupt):
        interrupts.check()
    interrupts.answered()
    interrupts.check()


def test_a_lost_press_ends_the_next_fit(monkeypatch):
    use_fakes(monkeypatch)
    cv = fake_cv(folds=3, repeats=1)
    candidate = cv.candidate("linear", {})
    assert cv.judge(candidate, 0)
    press()
    with pytest.raises(KeyboardInterrupt):
        cv.judge(candidate, 1)
    assert sorted(candidate.losses) == [0]


def test_no_exception_leaves_a_function_that_compiled_code_calls():
    def _next_wrapper():
        os.kill(os.getpid(), signal.SIGINT)
        return "went on"

    assert _next_wrapper() == "went on"
    with pytest.raises(KeyboardInterrupt):
        interrupts.check()


def test_the_callbacks_are_those_of_xgboost():
    from xgboost.core import DataIter

    assert all(hasattr(DataIter, name) for name in interrupts.CALLBACKS)


def test_only_the_main_thread_is_interrupted():
    press()
    raised = []
    thread = threading.Thread(target=lambda: raised.append(interrupts.check()))
    thread.start()
    thread.join()
    assert raised == [None]


@pytest.mark.parametrize("number", interrupts.SIGNALS)
def test_another_handler_is_left_alone(number):
    signal.signal(number, signal.SIG_IGN)
    interrupts.watch()
    assert signal.getsignal(number) is signal.SIG_IGN


def wait():
    """Time for a press that was held back to come."""
    time.sleep(10 * interrupts.AGAIN)


def test_a_press_inside_the_import_system_waits_until_the_program_is_out_of_it():
    code = compile("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\nran = True", interrupts.IMPORTER, "exec")
    names = {}
    exec(code, names)
    assert names["ran"]
    with pytest.raises(KeyboardInterrupt):
        wait()


def test_a_press_is_held_back_and_comes_afterwards():
    with interrupts.held():
        os.kill(os.getpid(), signal.SIGINT)
        wait()
    with pytest.raises(KeyboardInterrupt):
        wait()


def test_to_be_told_to_end_is_held_back_though_nobody_listens_to_ctrl_c():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell without job control leaves it for what it runs behind
    with interrupts.held():
        os.kill(os.getpid(), signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt):
        wait()


def test_a_press_that_was_answered_does_not_come_again():
    with interrupts.held():
        os.kill(os.getpid(), signal.SIGINT)
        interrupts.answered()
    wait()
    interrupts.check()


def test_an_error_that_a_library_made_of_a_press_stands_for_it():
    assert interrupts.behind(KeyboardInterrupt())
    assert not interrupts.behind(TypeError())
    press()
    assert interrupts.behind(TypeError())


@pytest.mark.parametrize("number", interrupts.SIGNALS)
def test_signals_close_together_are_one_press(number):
    press(number)
    interrupts.answered()
    os.kill(os.getpid(), number)
    interrupts.check()


def test_a_later_press_is_another_one(monkeypatch):
    press()
    interrupts.answered()
    monkeypatch.setattr(interrupts, "TOGETHER", 0.0)
    press()


@pytest.mark.parametrize(("last", "code"), [("pass", -signal.SIGINT), ("interrupts.finish()", 130)])
def test_the_exit_code_is_ours_though_the_press_crossed_a_text_that_ran(tmp_path, last, code):
    (tmp_path / "pressed.py").write_text(
        "import sys\n"
        "from automl import interrupts\n"
        "interrupts.watch()\n"
        "try:\n"
        "    exec('import os, signal; os.kill(os.getpid(), signal.SIGINT)')\n"
        "except KeyboardInterrupt:\n"
        f"    {last}\n"
        "sys.exit(130)\n"
    )
    assert subprocess.run([sys.executable, "-m", "pressed"], cwd=tmp_path, check=False).returncode == code
