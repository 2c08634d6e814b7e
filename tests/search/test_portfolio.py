import pytest

from automl.families.base import FitFailed, Knob
from automl.search.portfolio import LONG_SHARE, Portfolio
from automl.search.suggestion import NoSuggestion
from automl.search.trials import Search, Tracker
from tests.fakes import fake_cv, judged, use_fakes
from tests.rows import numbers

GIVEN = {
    "linear": {"given": ({"error": 0.52}, {"error": 0.51})},
    "trees": {"given": ({"error": 0.5}, {"error": 0.6}, {"error": 0.45}), "knobs": (Knob("error"),)},
    "network": {"given": ({"error": 0.5}, {"error": 0.4})},
}
NAMES = ("linear", "trees", "network")


@pytest.fixture(autouse=True)
def _fakes(monkeypatch):
    use_fakes(monkeypatch, **GIVEN)


class Log:
    def __init__(self):
        self.begun, self.ended = [], []
        self.tracker = Tracker(self.begun.append, lambda trial, best, _: self.ended.append((trial, best)), lambda _: 0)


def start(budget=None, splits=None, most=None, errors=(0.52, 0.5, 0.5), rows=300, reserve=0.0, together=False, **how):
    cv = fake_cv(numbers("regression", rows), repeats=1, budget=budget, **how)
    probes = {"baseline": judged(cv, "baseline", 3.0, splits)}
    probes |= {name: judged(cv, name, error, splits) for name, error in zip(NAMES, errors, strict=True)}
    log = Log()
    portfolio = Portfolio(cv, ("baseline", *NAMES), Search([]), log.tracker, "f", reserve, most=most, together=together)
    return cv, probes, portfolio, log


def tried(portfolio):
    return [(t.family, t.params["error"]) for t in portfolio.result.trials]


def test_families_take_turns():
    _, probes, portfolio, log = start()
    portfolio.run(probes)
    assert tried(portfolio)[:4] == [("trees", 0.6), ("network", 0.4), ("linear", 0.51), ("trees", 0.45)]
    assert log.begun == list(range(1, len(log.begun) + 1))
    assert log.ended[-1][1].loss() == min(c.loss() for c in portfolio.judged)


def test_what_was_probed_is_not_tried_again_and_takes_part():
    cv, probes, portfolio, _ = start()
    others = [judged(cv, "trees", 0.6), judged(cv, "linear", 0.51)]
    portfolio.run(probes, others)
    assert ("trees", 0.6) not in tried(portfolio)
    assert ("linear", 0.51) not in tried(portfolio)
    assert ("trees", 0.45) in tried(portfolio)
    assert all(other in portfolio.judged for other in others)


def test_while_the_worker_starts_only_families_of_this_process_run():
    _, probes, portfolio, _ = start()
    while portfolio.meanwhile(probes, 100.0):
        pass
    assert {family for family, _ in tried(portfolio)} == {"trees", "linear"}
    portfolio.run(probes)
    assert tried(portfolio).count(("trees", 0.6)) == 1


def test_a_step_that_would_take_too_long_is_not_taken_while_waiting():
    _, probes, portfolio, _ = start(costs={"trees": 2.0, "linear": 0.1})
    assert portfolio.meanwhile(probes, 1.0)
    assert not portfolio.meanwhile(probes, 0.1)
    assert {family for family, _ in tried(portfolio)} == {"linear"}


def test_a_family_far_behind_gets_no_more_trials():
    _, probes, portfolio, _ = start(errors=(2.5, 0.5, 0.5))
    portfolio.run(probes)
    assert "linear" not in {family for family, _ in tried(portfolio)}


def test_time_for_refits_and_the_report_is_left():
    cv, probes, portfolio, _ = start(
        budget=60.0, costs={"trees": 1.0, "network": 2.0, "linear": 0.1}, splits=[0, 1], reserve=5.0
    )
    cv.here.suggestions = [{"error": 0.4 - i / 100} for i in range(40)]
    portfolio.run(probes)
    assert cv.clock.left() >= 5.0 + 4 * 1.0
    assert len(portfolio.result.trials) > 3
    assert portfolio.result.stopped == "the budget"


@pytest.mark.parametrize(("rows", "splits"), [(300, [0, 1, 2, 3, 4]), (6000, [0])])
def test_fewer_splits_are_judged_when_the_queue_would_not_fit_and_rows_are_many(rows, splits):
    cv, probes, portfolio, _ = start(budget=60.0, rows=rows, reserve=2.0, costs={"trees": 2.0, "network": 3.0})
    cv.clock.now = 30.0
    portfolio.run(probes)
    assert portfolio.result.splits == splits


def test_a_network_that_time_cut_is_trained_longer_on_one_split():
    cv, probes, portfolio, _ = start(
        budget=100.0,
        costs={"network": 2.0},
        splits=[0],
        rows=6000,
        reserve=5.0,
        info=lambda task: {"cut_by_time": task.family == "network"},
    )
    portfolio.run(probes)
    longer = portfolio.result.trials[0]
    assert longer.configuration.endswith(", longer")
    assert sorted(longer.losses) == [0]
    limits = [t.limits.seconds for t in cv.here.tasks if t.family == "network"]
    assert limits[1] > 5 * 2.0


@pytest.mark.parametrize(("rows", "judged_on"), [(1_500, [0, 1]), (6_000, [0])])  # 300 and 1,200 rows a split
def test_without_time_to_train_it_longer_a_network_is_judged_on_as_many_rows_as_it_takes_to_be_weighed(rows, judged_on):
    cv, probes, portfolio, _ = start(
        budget=100.0,
        costs={"network": 20.0},
        splits=[0],
        rows=rows,
        info=lambda t: {"cut_by_time": t.family == "network"},
    )
    for name in ("baseline", "linear", "trees"):
        assert all(cv.judge(probes[name], split) for split in (1, 2))
    cv.clock.now = 25.0
    portfolio.run(probes)
    assert sorted(probes["network"].losses) == judged_on
    assert not any(t.configuration.endswith(", longer") for t in portfolio.result.trials)


@pytest.mark.parametrize(("together", "share"), [(True, 1.0), (False, 0.6)])
def test_the_longer_fit_has_the_time_of_its_own_refit_and_of_those_that_run_beside_it(together, share):
    cv, probes, portfolio, _ = start(
        budget=100.0,
        costs={"network": 8.0, "trees": 15.0, "linear": 0.0, "baseline": 0.0},
        splits=[0],
        rows=6000,
        together=together,
        info=lambda task: {"cut_by_time": task.family == "network"},
    )
    cv.clock.now = 30.0
    portfolio.run(probes)
    longer = next(t for t in cv.here.tasks[4:] if t.family == "network")
    assert longer.limits.seconds == pytest.approx(LONG_SHARE * share * 70.0, rel=0.15)


def test_a_failed_trial_is_recorded_and_the_rest_goes_on():
    def trouble(task):
        if task.params.get("error") == 0.6:
            raise FitFailed("diverged")

    _, probes, portfolio, _ = start(trouble=trouble)
    portfolio.run(probes)
    failed = [t for t in portfolio.result.trials if not t.ok]
    assert [t.reason for t in failed] == ["diverged"]
    assert ("trees", 0.45) in tried(portfolio)


def test_counted_trials_end_the_search():
    _, probes, portfolio, _ = start(most=2)
    portfolio.run(probes)
    assert len(portfolio.result.trials) == 2
    assert portfolio.result.stopped == "2 trials"


def test_suggestions_go_to_the_best_family_first_until_they_bring_nothing():
    cv, probes, portfolio, _ = start()
    cv.here.suggestions = [{"error": 0.3}, {"error": 0.9}, {"error": 0.9}, {"error": 0.9}, {"error": 0.8}]
    portfolio.run(probes)
    suggested = tried(portfolio)[4:]
    assert suggested[0] == ("network", 0.3)
    assert [family for family, _ in suggested[:4]] == ["network"] * 4


def test_worker_families_run_beside_those_of_this_process():
    cv, probes, portfolio, log = start(together=True)
    cv.here.suggestions = [{"error": 0.3 + i / 100} for i in range(6)]
    portfolio.run(probes)
    one_by_one = {("trees", 0.6), ("trees", 0.45), ("linear", 0.51), ("network", 0.4)}
    assert one_by_one <= set(tried(portfolio))
    assert sorted(log.begun) == list(range(1, len(log.begun) + 1))
    assert len({t.name for t in portfolio.result.trials}) == len(portfolio.result.trials)
    threads = {t.family: t for t in portfolio.result.trials}
    assert set(threads) == set(NAMES)


def test_several_workers_share_the_queue():
    cv, probes, portfolio, _ = start(together=True)
    portfolio.lanes = 3
    cv.here.suggestions = [{"error": 0.3 + i / 100} for i in range(6)]
    portfolio.run(probes)
    queued = [t for t in portfolio.result.trials if t.family == "network" and t.params == {"error": 0.4}]
    assert len(queued) == 1
    assert len({t.name for t in portfolio.result.trials}) == len(portfolio.result.trials)


def test_an_error_of_the_thread_ends_the_search():
    def trouble(task):
        if task.params.get("error") == 0.4:
            raise ZeroDivisionError

    _, probes, portfolio, _ = start(together=True, trouble=trouble)
    with pytest.raises(ZeroDivisionError):
        portfolio.run(probes)


def test_a_search_says_that_it_found_nothing_better():
    cv, probes, portfolio, _ = start()
    cv.here.suggestions = [{"error": 0.9} for _ in range(40)]
    portfolio.run(probes)
    assert portfolio.result.stopped == "no better configuration found for long"


def test_what_runs_and_what_waits_is_shown_to_the_oracle(monkeypatch):
    cv, probes, portfolio, _ = start(errors=(0.9, 0.3, 0.5))
    shown = []

    def ask(_cv, family, _key, _space, _history, pending):
        shown.append((family, list(pending)))
        raise NoSuggestion("nothing")

    monkeypatch.setattr("automl.search.portfolio.suggestion", ask)

    def trouble(task):  # as the worker's thread does while a trial of this process runs
        if task.family == "trees" and task.params["error"] == 0.6 and not shown:
            portfolio._prefetch(cv)

    cv.here.trouble = trouble
    portfolio.run(probes)
    assert shown[0] == ("trees", [{"error": 0.6}, {"error": 0.45}])
    assert shown[1][1] == []
