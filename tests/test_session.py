"""What Ctrl-C does to the parts of a run that end a run early."""

import pytest

from automl import interrupts
from automl.session import Session


@pytest.fixture
def session():
    return Session(*[None] * 13)


@pytest.fixture(autouse=True)
def _nobody_pressed():
    interrupts.answered()
    yield
    interrupts.answered()


def test_a_press_ends_the_body_and_the_run_goes_on(session):
    with session.until_pressed():
        raise KeyboardInterrupt
    assert session.interrupted


@pytest.mark.parametrize("error", [None, ValueError("made of the press by a library")])
def test_a_press_that_was_lost_is_found(session, error):
    with session.until_pressed():
        interrupts._pressed.set()
        if error is not None:
            raise error
    assert session.interrupted
    interrupts.check()  # answered


def test_other_errors_go_through(session):
    with pytest.raises(ValueError, match="no press"), session.until_pressed():
        raise ValueError("no press")
    assert not session.interrupted
