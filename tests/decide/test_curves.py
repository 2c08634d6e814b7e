"""Learning curves: the fit, its bounds, what is not trusted, crossings and doublings."""

import numpy as np
import pytest

from automl.decide.curves import Curve, crossing, doubling, fit_curve

ROWS = [100, 200, 400, 800, 1600]


def law(a, b, c, d=0.0):
    """Losses of an exact power law at `ROWS`."""
    return a + b * (np.array(ROWS, dtype=float) + d) ** -c


def resampled(losses, noise=0.002, draws=200):
    return np.asarray(losses) * (1 + noise * np.random.default_rng(0).normal(size=(draws, len(losses))))


def known(a, b, c, d=0.0, draws=200, noise=0.0):
    """A curve of known parameters; `noise` spreads a over the draws."""
    lines = np.tile([a, b, c, d], (draws, 1))
    lines[:, 0] += noise * np.random.default_rng(1).normal(size=draws)
    return Curve("pow4", np.array([a, b, c, d]), lines)


@pytest.mark.parametrize("parameters", [(0.1, 2.0, 0.5), (0.0, 1.0, 0.3), (0.3, 40.0, 1.0), (0.1, 5.0, 0.5, 100.0)])
def test_an_exact_power_law_is_recovered_and_forecast(parameters):
    losses = law(*parameters)
    curve = fit_curve(ROWS, losses, resampled(losses, 0.005))

    assert (curve.form, curve.trusted, curve.reason) == ("pow4", True, "")
    median, low, high = curve.at(np.array([1600.0, 6400.0]))
    truth = parameters[0] + parameters[1] * (np.array([1600.0, 6400.0]) + (*parameters, 0.0)[3]) ** -parameters[2]
    assert median == pytest.approx(truth, rel=0.03)
    assert (low <= median).all()
    assert (median <= high).all()
    # An offset of 0 lies on its bound: draws err to one side of it.
    assert 0.98 * low[1] <= truth[1] <= 1.02 * high[1]


def test_the_parameters_of_a_law_on_the_grid_are_recovered():
    curve = fit_curve(ROWS[:3], law(0.2, 30.0, 2.0)[:3], resampled(law(0.2, 30.0, 2.0)[:3]))

    assert curve.form == "pow3"
    assert curve.parameters == pytest.approx([0.2, 30.0, 2.0, 0.0], rel=1e-6)


@pytest.mark.parametrize(
    "losses",
    [
        [0.5, 0.4, 0.3, 0.2, 0.1],
        [0.1, 0.2, 0.3, 0.4, 0.5],
        [0.9, 0.1, 0.0, 0.0, 0.0],
        [0.5, 0.5, 0.5, 0.5, 0.5],
        [0.0, 0.0, 0.0, 0.0, 0.0],
        [1e6, 9e5, 8e5, 9e5, 2e5],
    ],
)
def test_the_bounds_hold_whatever_the_losses(losses):
    curve = fit_curve(ROWS, losses, np.maximum(resampled(losses, 0.2), 0.0))

    a, b, c, d = np.vstack([curve.parameters, curve.draws]).T
    assert (a >= 0).all()
    assert (b >= 0).all()
    assert ((c >= 0.05 - 1e-12) & (c <= 2 + 1e-12)).all()
    assert (d >= 0).all()
    ahead = curve.sampled(np.array([100.0, 16_000.0]))
    assert np.isfinite(ahead).all()
    assert (ahead[:, 1] <= ahead[:, 0]).all()


@pytest.mark.parametrize("anchors", [1, 2])
def test_fewer_than_three_anchors_repeat_the_last(anchors):
    losses = [0.5, 0.4][:anchors]
    curve = fit_curve(ROWS[:anchors], losses, resampled(losses))

    assert (curve.form, curve.trusted) == ("last", False)
    assert curve.reason == "fewer than three sizes were measured"
    assert curve.parameters.tolist() == [losses[-1], 0, 0, 0]
    assert curve.at(1e6)[0] == pytest.approx(losses[-1], rel=0.01)
    assert doubling(curve, 200, 0.5) == (0, 0, 0)


def test_no_anchor_is_refused():
    with pytest.raises(ValueError, match="at least one anchor"):
        fit_curve([], [], np.empty((2, 0)))


@pytest.mark.parametrize(
    ("losses", "reason"),
    [
        ([0.1, 0.2, 0.3, 0.4, 0.5], "the loss rises with more rows"),
        ([0.5, 0.4, 0.3, 0.35, 0.3], "the loss rises with more rows"),
        ([0.5, 0.5, 0.5, 0.5, 0.1], "the curve misses the largest sizes by more than their standard error"),
    ],
)
def test_an_irregular_curve_is_not_trusted(losses, reason):
    curve = fit_curve(ROWS, losses, resampled(losses))

    assert not curve.trusted
    assert curve.reason == reason


@pytest.mark.parametrize("loss", [0.0, 0.3])
def test_equal_losses_without_any_spread_are_a_flat_curve(loss):
    flat = np.full(5, loss)
    curve = fit_curve(ROWS, flat, np.tile(flat, (2, 1)))

    assert curve.trusted
    assert [float(v[0]) for v in curve.at(16_000)] == pytest.approx([loss] * 3)
    assert doubling(curve, 1600, loss) == pytest.approx((0, 0, 0))


def test_a_small_rise_within_the_noise_is_forgiven():
    losses = [0.5, 0.4, 0.35, 0.33, 0.335]

    assert fit_curve(ROWS, losses, resampled(losses, 0.05)).trusted


@pytest.mark.parametrize(("margin", "rows"), [(0.0, 1600), (0.01, 2500)])
def test_the_crossing_of_two_known_curves(margin, rows):
    found = crossing(known(0.05, 3.0, 0.5), known(0.1, 1.0, 0.5), 400, margin)

    assert found.rows == pytest.approx(rows, rel=0.06)
    assert found.rows >= rows  # the first point of the grid beyond it
    assert found.low == found.high == found.rows
    assert found.p_near == (1.0 if found.rows <= 1600 else 0.0)


def test_the_crossing_of_two_fitted_curves():
    named, other = law(0.1, 1.0, 0.5), law(0.05, 5.0, 0.5)  # cross at 6,400
    fitted = fit_curve(ROWS, other, resampled(other, 0.01))
    found = crossing(fitted, fit_curve(ROWS, named, resampled(named, 0.005)), 1600, 0.0)

    assert found.rows == pytest.approx(6400, rel=0.2)
    assert found.low < found.rows
    assert found.high is None or found.high > found.rows


@pytest.mark.parametrize(
    "other",
    [known(0.1, 3.0, 0.5), known(0.2, 0.0, 0.5), known(0.0999, 3.0, 0.5)],
    ids=["parallel", "worse", "beyond reach"],
)
def test_there_is_no_crossing(other):
    found = crossing(other, known(0.1, 1.0, 0.5), 400, 0.001)

    assert (found.rows, found.low, found.high, found.p_near) == (None, None, None, 0.0)


def test_uncertain_curves_give_an_interval():
    found = crossing(known(0.05, 3.0, 0.5, noise=0.01), known(0.1, 1.0, 0.5), 400, 0.0)
    wild = crossing(known(0.05, 3.0, 0.5, noise=0.05), known(0.1, 1.0, 0.5), 400, 0.0)

    assert found.low < found.rows < found.high
    assert found.low < 1600 < found.high
    assert 0.2 < found.p_near < 0.8
    assert wild.rows is not None
    assert wild.high is None  # in some draws they never cross


def test_a_family_that_is_ahead_already_crosses_here():
    found = crossing(known(0.05, 1.0, 0.5), known(0.1, 1.0, 0.5), 400, 0.01)

    assert (found.rows, found.p_near) == (400, 1.0)


def test_twice_the_rows_save_loss():
    saved, low, high = doubling(known(0.1, 2.0, 0.5, noise=0.01), 400, 0.2)

    assert saved == pytest.approx(2.0 * (400**-0.5 - 800**-0.5))
    assert saved > 0
    assert low == pytest.approx(saved)
    assert high == pytest.approx(saved)
    assert all(isinstance(value, float) for value in (saved, low, high))


def test_twice_the_rows_save_no_more_than_the_loss_there_is():
    draws = np.zeros((200, 4))
    draws[:, 1], draws[:, 2] = np.linspace(0, 40, 200), 0.5
    steep = Curve("pow4", np.array([0.0, 2.0, 0.5, 0.0]), draws)

    assert max(np.subtract(*steep.sampled(np.array([400.0, 800.0])).T)) > 0.1
    assert doubling(steep, 400, 0.1)[2] == 0.1
