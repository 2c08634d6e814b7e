"""Mistakes on the command line: exit code 2, what and where and what to do, no traceback, nothing written."""

import json
import subprocess
import sys
import warnings

import pytest
from click.testing import CliRunner

from automl.checks import all_checks
from automl.cli import build_plan, cli, main
from automl.commands import exit_code
from automl.config import Plan
from automl.errors import AutoMLError, RunError, UsageError

CSV = "a,b,y\n" + "".join(f"{i},{i % 7},{'yes' if i % 3 else 'no'}\n" for i in range(60))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to work in, with a small table."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.csv").write_text(CSV)
    return tmp_path


def failure(*arguments):
    """The error that the command raises; its text is what `main` prints."""
    result = CliRunner().invoke(cli, arguments)
    assert isinstance(result.exception, AutoMLError), (result.output, result.exception)
    assert result.stdout == ""
    return result.exception


@pytest.mark.parametrize(
    ("flags", "what", "where", "hint"),
    [
        (["--metric", "roc_acu"], "Unknown metric 'roc_acu'.", "--metric", "did you mean 'roc_auc'?"),
        (["--metric", "rmse"], "rmse", "--metric", "roc_auc"),
        (["--recipe", "quik"], "Unknown recipe 'quik'.", "--recipe", "did you mean 'quick'?"),
        (["--recipe", "no.toml"], "no recipe file 'no.toml'", "--recipe", "automl recipes list"),
        (["--families", "linear,tree"], "Unknown family 'tree'.", "--families", "did you mean 'trees'?"),
        (["--prefer", "best"], "Unknown preference 'best'.", "--prefer", "known: balanced"),
        (["--task", "cluster"], "Unknown task 'cluster'.", "--task", "known: binary"),
        (["--modality", "smell"], "Unknown modality 'smell'.", "--modality", "known: table, image"),
        (["--budget", "soon"], "Cannot read the budget 'soon'.", "--budget", "60s"),
        (["--budget", "0s"], "Cannot read the budget '0s': it must be above 0.", "--budget", "60s"),
        (["--budget", "-5s"], "Cannot read the budget '-5s': it must be above 0.", "--budget", "60s"),
        (["--max-latency", "0ms"], "Cannot read the latency '0ms': it must be above 0.", "--max-latency", "5ms"),
        (["--memory", "0"], "Cannot read the memory size '0': it must be above 0.", "--memory", "8GB"),
        (["--seed", "-1"], "seed must be 0 or more", "--seed", "a whole number"),
        (["--seed", "99999999999"], "seed must be 2,000,000,000 or less", "--seed", "a whole number"),
        (["--trials", "-1"], "trials must be 0 or more", "--trials", "a whole number"),
        (["--fail-under", "nan"], "fail_under must be a finite number", "--fail-under", "a number"),
        (["--families", ","], "No family is named.", "--families", "linear, trees"),
        (["--explainable", "--families", "network"], "None of the families named", "--families network", "linear and"),
        (["--memory", "much"], "Cannot read the memory size 'much'.", "--memory", "8GB"),
        (["--max-latency", "5"], "Cannot read the latency '5'.", "--max-latency", "5ms"),
        (["--max-size", "tiny"], "Cannot read the model size 'tiny'.", "--max-size", "10MB"),
        (["--drop", "a,b", "--keep", "a"], "cannot be dropped and kept", "--drop a --keep a", "one of the two"),
        (["--memory", "1KB"], "1.02 kB may be used", "d.csv", "larger --memory"),
        (["--gpus", "all"], "Cannot read the GPUs 'all'.", "--gpus", "none"),
        (["--target", "Y2"], "Columns not found: 'Y2'.", "", "did you mean 'y'?"),
        (["--drop", "aa"], "Columns not found: 'aa'.", "", "did you mean 'a'?"),
    ],
)
def test_a_flag_that_cannot_be_used(folder, flags, what, where, hint):
    error = failure("fit", "d.csv", "--out", "run", *flags)

    assert what in error.what
    assert where in error.where
    assert hint in error.hint
    assert error.exit_code == 2
    assert not (folder / "run").exists()


@pytest.mark.parametrize(
    ("flags", "what"),
    [
        (["--trials", "many"], "Invalid value for '--trials': 'many' is not a valid integer."),
        (["--seed", "one"], "Invalid value for '--seed': 'one' is not a valid integer."),
        (["--fail-under", "x"], "Invalid value for '--fail-under': 'x' is not a valid float."),
        (["--budgt", "5s"], "No such option '--budgt'."),
    ],
)
def test_a_flag_that_click_refuses(folder, flags, what):
    result = CliRunner().invoke(cli, ["fit", "d.csv", *flags])

    assert result.exit_code == 2
    assert what.strip("'.") in result.output
    assert list(folder.iterdir()) == [folder / "d.csv"]


def test_an_unknown_key_of_a_recipe_is_told_with_its_line(folder):
    (folder / "mine.toml").write_text('description = "mine"\n\nbuget = "60s"\n')

    error = failure("fit", "d.csv", "--recipe", "mine.toml")

    assert error.where == "mine.toml:3"
    assert error.hint == "did you mean 'budget'?"


@pytest.mark.parametrize("content", ["notes.txt", "report.html"])
def test_a_folder_that_holds_something_is_never_written_over(folder, content):
    (folder / "run").mkdir()
    (folder / "run" / content).write_text("mine")

    error = failure("fit", "d.csv", "--out", "run")

    assert isinstance(error, RunError)
    assert error.where == "run"
    assert "--out" in error.hint
    assert [p.name for p in (folder / "run").iterdir()] == [content]
    assert (folder / "run" / content).read_text() == "mine"


@pytest.mark.parametrize("command", ["fit", "profile", "decide"])
def test_data_that_is_not_there(folder, command):
    error = failure(command, "missing.csv")

    assert "missing.csv" in str(error)
    assert sorted(p.name for p in folder.iterdir()) == ["d.csv"]


def test_fit_without_data():
    assert isinstance(failure("fit"), UsageError)


@pytest.mark.parametrize(
    "arguments",
    [["predict", "run", "d.csv"], ["report", "run"], ["verify", "run"], ["fit", "--resume", "run"]],
    ids=lambda arguments: arguments[0] + arguments[-1],
)
@pytest.mark.parametrize("made", [False, True], ids=["no folder", "empty folder"])
def test_a_run_folder_that_is_incomplete(folder, arguments, made):
    if made:
        (folder / "run").mkdir()

    error = failure(*arguments)

    assert isinstance(error, RunError)
    assert "run" in error.where
    assert error.hint


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, 0),
        ({"findings": [{"severity": "error", "status": "found"}]}, 1),
        ({"findings": [{"severity": "error", "status": "skipped"}, {"severity": "warning", "status": "found"}]}, 0),
        ({"fail_under": 0.8}, 0),
        ({"fail_under": 0.81}, 1),
        ({"fail_under": 0.81, "metric": {"greater_is_better": False}}, 0),
        ({"fail_under": 0.79, "metric": {"greater_is_better": False}}, 1),
        ({"fail_under": 0.81, "interrupted": True}, 130),
    ],
)
def test_exit_codes_of_a_report(changes, code):
    report = {"findings": [], "metric": {"greater_is_better": True}, "test": {"value": 0.8}, "fail_under": None}

    assert exit_code(report | changes) == code


@pytest.mark.parametrize(("ignored", "code"), [([], 1), (["--ignore", "AM504"], 0)], ids=["told", "ignored"])
def test_decide_ends_with_1_where_a_finding_is_an_error(folder, ignored, code):
    options = ["--families", "linear", "--trials", "0", "--quiet", "--out", "run", *ignored]
    result = CliRunner().invoke(cli, ["decide", "d.csv", "--json", *options])
    document, decision = json.loads(result.stdout), json.loads((folder / "run" / "decision.json").read_text())
    told = document.pop("findings")

    assert result.exit_code == code
    assert document == decision
    assert decision["family"] == "baseline"
    assert [f["status"] for f in told if f["code"] == "AM504"] == ["found" if code else "skipped"]
    assert told == json.loads((folder / "run" / "report.json").read_text())["findings"]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["explain", "AM999"], "AM999"),
        (["recipes", "show", "quik"], "Unknown recipe 'quik'."),
        (["recipes", "show"], "No recipe is named."),
        (["recipes", "copy"], "No recipe is named."),
        (["sample", "irs"], "Unknown sample 'irs'."),
    ],
)
def test_an_unknown_name(folder, arguments, what):
    assert what in failure(*arguments).what
    assert list(folder.iterdir()) == [folder / "d.csv"]


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("AM999", "automl explain lists all codes"),
        ("AM500", "automl explain lists all codes"),
        ("am101x", "did you mean 'AM101'?"),
        ("A101", "did you mean 'AM101'?"),
    ],
)
def test_a_code_that_is_unknown(code, hint):
    assert failure("explain", code).hint == hint


def test_explain_without_a_code_lists_all():
    result = CliRunner().invoke(cli, ["explain"])

    assert result.exit_code == 0
    assert [line[:5] for line in result.output.splitlines()] == list(all_checks())
    assert "AM504  error    No validation signal: nothing beats the baseline\n" in result.output


def test_a_recipe_is_copied_and_never_over_a_file(folder):
    assert CliRunner().invoke(cli, ["recipes", "copy", "quick"]).output.strip() == "quick.toml"
    (folder / "quick.toml").write_text("mine")

    assert isinstance(failure("recipes", "copy", "quick"), RunError)
    assert (folder / "quick.toml").read_text() == "mine"


def test_a_sample_is_never_written_over_a_file(folder):
    (folder / "iris.csv").write_text("mine")

    assert isinstance(failure("sample", "iris"), RunError)
    assert (folder / "iris.csv").read_text() == "mine"


def test_a_recipe_without_a_name_says_which_there_are():
    error = failure("recipes", "show")

    assert (error.where, error.hint[:42]) == ("automl recipes show", "automl recipes show NAME, one of balanced,")


@pytest.mark.parametrize("arguments", [["recipes"], ["sample"], ["explain"]])
def test_lists(arguments):
    result = CliRunner().invoke(cli, arguments)

    assert result.exit_code == 0
    assert len(result.output.splitlines()) >= 5


def test_flags_win_over_the_recipe():
    plan = build_plan({"recipe": "quick", "budget": "5s", "drop": "a, b,", "explainable": None})

    assert plan.budget == 5.0
    assert plan.drop == ("a", "b")
    assert plan.families == ("linear", "trees")
    assert plan.prefer == "simple"


@pytest.mark.parametrize(
    ("flags", "wanted"), [([], True), (["--no-explainable"], False), (["--explainable"], True)], ids=str
)
def test_whether_models_must_be_printable_may_be_taken_back(flags, wanted, monkeypatch):
    plans = []
    monkeypatch.setattr("automl.commands.fit", lambda _data, plan, **_options: plans.append(plan))
    result = CliRunner().invoke(cli, ["fit", "d.csv", "--recipe", "explainable", *flags], catch_exceptions=False)

    assert result.exit_code == 0
    assert [plan.explainable for plan in plans] == [wanted]


def test_limits_of_the_model_are_read():
    plan = build_plan({"recipe": None, "max_latency": "5ms", "max_size": "10MB"})

    assert (plan.max_latency, plan.max_size) == (0.005, 10_000_000)


def test_without_flags_the_plan_is_the_default():
    assert build_plan({"recipe": None, "budget": None}) == Plan()


@pytest.mark.parametrize(("options", "heard"), [([], 0), (["default"], 1)])
def test_warnings_of_libraries_are_not_shown_unless_asked_for(options, heard, monkeypatch):
    monkeypatch.setattr("automl.cli._exit_code", lambda: warnings.warn("of a library", UserWarning, stacklevel=1) or 0)
    monkeypatch.setattr(sys, "warnoptions", options)

    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        with pytest.raises(SystemExit):
            main()

    assert len(shown) == heard


@pytest.mark.parametrize("arguments", [["profile", "missing.csv"], ["fit", "d.csv", "--budget", "soon"]])
def test_main_prints_the_error_without_a_traceback(folder, arguments, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["automl", *arguments])

    with pytest.raises(SystemExit) as ended:
        main()

    captured = capsys.readouterr()
    assert ended.value.code == 2
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert "\n  try: " in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sample", "iris", "d.csv/x"], ["A file or folder cannot be used: ", "where: d.csv/x", "try: check the path"]),
        (
            ["sample", "iris", "d.csv"],
            ["A file or folder cannot be used: File exists.", "where: d.csv", "try: another"],
        ),
        (
            ["fit", "d.csv", "--recipe", "latin1.toml"],
            ["The recipe is not UTF-8 text.", "where: latin1.toml:2", "try: save"],
        ),
    ],
    ids=["no such folder", "a file", "not UTF-8"],
)
def test_files_that_cannot_be_used_are_told_without_a_traceback(folder, arguments, said, monkeypatch, capsys):
    (folder / "latin1.toml").write_bytes("seed = 1\n# für alle\n".encode("latin-1"))
    monkeypatch.setattr(sys, "argv", ["automl", *arguments])

    with pytest.raises(SystemExit) as ended:
        main()

    captured = capsys.readouterr()
    assert ended.value.code == 2
    assert captured.err.startswith("error: ")
    assert [part for part in said if part not in captured.err] == []
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("content", ["{", "[1]", b"\xff\xfe", ""], ids=["cut off", "a list", "not UTF-8", "empty"])
@pytest.mark.parametrize("command", ["report", "verify", "predict"])
def test_a_run_folder_with_damaged_documents(folder, command, content):
    (folder / "run" / "model").mkdir(parents=True)
    names = ["report.json", "decision.json", "model/manifest.json", "model/contract.json", "predictions.csv"]
    for name in [*names, "leaderboard.csv", "oof.parquet"]:
        (folder / "run" / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    error = failure(command, "run", *(["d.csv"] if command == "predict" else []))

    assert isinstance(error, RunError)
    assert "Cannot read " in error.what
    assert error.where.endswith(".json")
    assert error.hint


def test_debug_shows_the_traceback(folder, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["automl", "profile", "missing.csv", "--debug"])

    with pytest.raises(AutoMLError):
        main()


def test_main_ends_with_2_on_wrong_usage(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["automl", "fit", "--budgt", "5s"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "--budget" in capsys.readouterr().err


def test_the_module_runs_as_the_command():
    done = subprocess.run([sys.executable, "-m", "automl", "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("automl, version ")


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--budget", "5m"], "--budget"),
        (["--seed", "0"], "--seed"),
        (["--no-explainable"], "--no-explainable"),
        (["d.csv"], "DATA"),
        (["d.csv", "--out", "other", "--families", "linear", "--json"], "DATA, --families, --out"),
    ],
)
def test_what_is_given_beside_resume_is_refused(folder, arguments, named):
    error = failure("fit", "--resume", "run", *arguments)

    assert isinstance(error, UsageError)
    assert error.where == named
    assert error.hint == "a resumed run keeps its plan: leave them out, or start a new run"


def test_flags_about_what_is_shown_are_fine_beside_resume(folder):
    error = failure("fit", "--resume", "run", "--json", "--quiet", "--debug")

    assert isinstance(error, RunError)
    assert "not a run folder" in error.what
