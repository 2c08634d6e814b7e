"""The package as it is installed: every folder of code, the templates, the recipes, one version."""

import configparser
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

import automl

from . import imports

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("automl", "recipes", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def setup():
    """setup.cfg."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Names of the files in a wheel built from a copy of the sources."""
    home = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        path = ROOT / name
        if path.is_dir():
            shutil.copytree(path, home / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, home / "source" / name)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "-q", "-w", home]
    command = [sys.executable, "-m", "pip", "wheel", *options, home / "source"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (file,) = home.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        return set(archive.namelist())


def test_every_folder_of_code_is_listed(setup):
    listed = setup["options"]["packages"].split()
    folders = [".".join(path.parent.relative_to(ROOT).parts) for path in (ROOT / "automl").rglob("__init__.py")]

    assert sorted(listed) == sorted([*folders, "automl.recipes"])


def test_every_folder_with_code_is_a_package():
    folders = {path.parent for path in (ROOT / "automl").rglob("*.py")}

    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []


def test_the_wheel_holds_all_of_the_package(wheel):
    wanted = {str(p.relative_to(ROOT)) for p in (ROOT / "automl").rglob("*") if p.is_file() and p.suffix != ".pyc"}
    wanted |= {f"automl/recipes/{path.name}" for path in (ROOT / "recipes").glob("*.toml")}

    assert wanted <= wheel
    assert "automl/py.typed" in wheel
    assert any(name.endswith(".html.j2") for name in wheel)


def test_the_wheel_holds_nothing_else(wheel):
    own = {name for name in wheel if not name.startswith("automl-")}

    assert {name.split("/")[0] for name in own} == {"automl"}
    assert not [name for name in own if name.startswith("automl/recipes/examples")]
    assert any(name.endswith("licenses/LICENSE") for name in wheel)


def test_one_version(setup):
    assert setup["metadata"]["version"] == "attr: automl._version.__version__"
    assert metadata.version("automl") == automl.__version__
    assert f"## {automl.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_dependencies_have_lower_bounds_only(setup):
    lines = [line for line in setup["options"]["install_requires"].splitlines() if line and not line.startswith("#")]

    assert len(lines) > 10
    assert all(">=" in line and "<" not in line and "==" not in line for line in lines)


@pytest.mark.parametrize(("folder", "groups"), [("automl", ["", "audio", "excel"]), ("tests", ["", "test"])])
def test_every_library_imported_is_declared(setup, folder, groups):
    lines = [setup["options"]["install_requires"], *(setup["options.extras_require"][g] for g in groups if g)]
    declared = {re.split(r"[\s\[<>=]", line)[0] for text in lines for line in text.splitlines() if line[:1].isalpha()}
    imported = {i.target.split(".")[0] for i in imports.imports(imports.modules(ROOT / folder))}
    imported -= {"automl", "tests", "benchmarks", *sys.stdlib_module_names}
    imported -= {"calls"}  # a module that tests of the workers write
    homes = metadata.packages_distributions()

    assert {name for name in imported if not declared & {home.lower() for home in homes.get(name, [name])}} == set()


def test_tools_are_set_up_in_pyproject_and_metadata_in_setup_cfg(setup):
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert set(document) == {"build-system", "tool"}
    assert {"ruff", "mypy", "pytest", "coverage"} <= set(document["tool"])
    assert setup["options.entry_points"]["console_scripts"].strip() == "automl = automl.cli:main"


def test_the_command_is_installed():
    script = Path(sys.executable).parent / "automl"

    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == f"automl, version {automl.__version__}"
