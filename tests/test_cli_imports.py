"""What is imported when: the command line answers at once, and only networks bring Keras."""

import subprocess
import sys

import pytest

from automl import families, jsonio
from automl.config import Plan
from automl.families.base import Limits
from automl.prepare import prepare, read

KERAS = {"tensorflow", "keras", "keras_tuner", "torch", "jax"}
HEAVY = KERAS | {"xgboost", "sklearn", "scipy", "pandas", "pyarrow", "numpy", "PIL", "jinja2", "rich"}


def loaded_after(code, *arguments):
    """Top-level packages in a new process after this code."""
    tail = "\nimport sys; print('\\n'.join({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code + tail, *arguments], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


@pytest.mark.parametrize(
    ("code", "never"),
    [
        ("import automl", HEAVY),
        ("import automl; dir(automl); automl.__version__", HEAVY),
        ("import automl.doctor", HEAVY),
        ("import automl; automl.AutoMLError", HEAVY),
        ("import automl; automl.fit, automl.load", KERAS | {"xgboost", "sklearn", "pandas"}),
        ("import automl; automl.AutoClassifier()", KERAS | {"xgboost"}),
    ],
)
def test_importing_the_package(code, never):
    assert not loaded_after(code) & never


@pytest.mark.parametrize("arguments", [["--help"], ["fit", "--help"], ["--version"], ["recipes"], ["sample"]])
def test_commands_that_answer_at_once(arguments):
    code = (
        "import sys; from automl.cli import main\n"
        f"sys.argv = ['automl', *{arguments!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
    )

    assert not loaded_after(code) & (HEAVY - {"rich"})


@pytest.fixture(scope="module")
def runs(clients, tmp_path_factory):
    """Run folders with a model of each family that is not a network."""
    home = tmp_path_factory.mktemp("runs")
    prepared = prepare(read(clients, Plan(target="bought")), Plan(target="bought"), home, 1)
    problem = prepared.dataset.problem
    for name in ("baseline", "linear", "trees"):
        folder = home / name / "model"
        folder.mkdir(parents=True)
        family = families.load(name)
        family.fit(family.defaults(problem, len(prepared.dataset))[0], prepared.dataset, Limits(None, 1)).save(folder)
        files = sorted(path.name for path in folder.iterdir())
        jsonio.write(folder / "contract.json", problem)
        jsonio.write(folder / "manifest.json", {"version": 1, "family": name, "files": files})
    clients.drop(columns="bought").to_csv(home / "new.csv", index=False)
    return home


@pytest.mark.parametrize("family", ["baseline", "linear", "trees"])
def test_a_run_without_a_network_loads_and_predicts_without_keras(runs, family):
    code = (
        "import sys, automl\n"
        "run = automl.load(sys.argv[1])\n"
        "assert len(run.predict(sys.argv[2])) == 120\n"
        "assert run.predict_proba(sys.argv[2]).shape == (120, 2)\n"
    )

    loaded = loaded_after(code, str(runs / family), str(runs / "new.csv"))

    assert "pandas" in loaded
    assert not loaded & KERAS


def test_the_linear_model_needs_no_xgboost(runs):
    code = "import sys, automl; automl.load(sys.argv[1]).predict(sys.argv[2])"

    assert "xgboost" not in loaded_after(code, str(runs / "linear"), str(runs / "new.csv"))


def test_the_command_predicts_with_trees_without_scikit_learn_and_the_api_leaves_it_as_it_was(runs):
    data = [str(runs / "trees"), str(runs / "new.csv")]
    command = "from automl import commands; commands.predict(sys.argv[1], sys.argv[2], out=None, on_problem='repair', "
    api = "import automl; automl.load(sys.argv[1]).predict(sys.argv[2])"

    loaded = loaded_after(f"import sys; {command}as_json=False, quiet=True, explain=True)", *data)

    assert "xgboost" in loaded
    assert not loaded & {"sklearn", *KERAS}
    assert "sklearn" in loaded_after(f"import sys; {api}; import xgboost; xgboost.XGBClassifier()", *data)


def test_profile_imports_no_model(runs):
    code = "import sys, automl; automl.profile(sys.argv[1])"

    assert not loaded_after(code, str(runs / "new.csv")) & (KERAS | {"xgboost"})
