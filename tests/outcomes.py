"""What the end of a run found, as far as its tests need it."""

from types import SimpleNamespace

from automl.types import Interval

WORSE, BETTER = Interval(-0.1, -0.2, 0.0), Interval(0.1, 0.05, 0.2)
MEASURED = Interval(0.62, 0.58, 0.66)


def outcome_of(gap=WORSE, stale="", promised=None, measured=MEASURED, **how):
    """What the end of a run found.

    Args:
        gap: difference of the trees to the delivered model.
        promised, measured: figures of the delivered model in validation and on the test part.
    """
    delivered = SimpleNamespace(name="linear-0")
    lines = [SimpleNamespace(candidate=delivered, validation=promised or measured)]
    return SimpleNamespace(
        differences={"trees-0": gap},
        tested=SimpleNamespace(stale=stale),
        values={"linear-0": measured},
        **{"delivered": delivered, "lines": lines, **how},
    )
