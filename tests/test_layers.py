"""A lower layer never imports a higher one; the order stands in docs/architecture.md."""

import re
from pathlib import Path

import pytest

from . import imports

DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "architecture.md"
KNOWN = imports.modules()
IMPORTS = imports.imports(KNOWN)
INSIDE = [i for i in IMPORTS if i.target.split(".")[0] == "automl"]
NEVER = {
    "pickle": "a run folder from a stranger must be safe to load",
    "joblib": "it stores pickles",
    "shelve": "it stores pickles",
    "dill": "it stores pickles",
    "tensorflow": "network code is neutral to the backend: keras.ops",
    "torch": "likewise",
    "jax": "likewise",
    "matplotlib": "charts are SVG of our own",
}
LAZY = {"tensorflow", "keras", "keras_tuner", "xgboost", "sklearn", "scipy"}
LAZY |= {"pandas", "pyarrow", "numpy", "PIL", "jinja2", "rich"}
"""Libraries that the command line must not wait for."""
INDEPENDENT = [("verify", {"evaluate", "decide", "families"}), ("report", {"families"})]


def layers():
    """Layer name -> height, from the list under '## Layers'."""
    section = DOCUMENT.read_text(encoding="utf-8").split("## Layers")[1].split("\n## ")[0]
    rows = [line.strip().split(", ") for line in section.splitlines() if re.match(r"    \S", line)]
    return {name: height for height, names in enumerate(rows) for name in names}


HEIGHT = layers()


def test_the_document_names_every_module():
    parts = {imports.part(module) for module in KNOWN} - {""}

    assert parts == set(HEIGHT)


def test_no_module_imports_a_higher_layer():
    wrong = [
        f"{i.module}:{i.line} imports {i.target}"
        for i in INSIDE
        # The package itself is the door users come in by; inside, its modules are named directly.
        if i.module != "automl"
        and imports.part(i.target) != imports.part(i.module)
        and HEIGHT.get(imports.part(i.target), 99) >= HEIGHT[imports.part(i.module)]
    ]

    assert not wrong, "\n".join(wrong)


def test_no_cycle_between_modules_as_they_load():
    waiting = {module: {i.target for i in INSIDE if i.module == module and i.at_top} - {module} for module in KNOWN}
    while free := [module for module, targets in waiting.items() if not targets & set(waiting)]:
        for module in free:
            del waiting[module]

    assert not waiting


def test_forbidden_libraries():
    wrong = [f"{i.module}:{i.line}: {NEVER[top]}" for i in IMPORTS if (top := i.target.split(".")[0]) in NEVER]

    assert not wrong, "\n".join(wrong)


def test_keras_is_imported_by_networks_and_the_worker_only():
    users = {i.module for i in IMPORTS if i.target.split(".")[0] in {"keras", "keras_tuner"}}
    allowed = ("automl.families.network", "automl.search", "automl.workers.worker")

    assert users
    assert all(user.startswith(allowed) for user in users), users


@pytest.mark.parametrize(("layer", "others"), INDEPENDENT)
def test_independence(layer, others):
    """`verify` derives figures by its own code; the report sees results and never a model."""
    assert not {imports.part(i.target) for i in INSIDE if imports.part(i.module) == layer} & others


@pytest.mark.parametrize("door", ["automl", "automl.cli", "automl.commands", "automl.api", "automl.doctor"])
def test_doors_load_no_library(door):
    """What importing a door runs, followed through the modules it loads."""
    seen, waiting = set(), [door]
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        direct = [i.target for i in IMPORTS if i.module == module and i.at_top]
        heavy = [target for target in direct if target.split(".")[0] in LAZY]
        assert not heavy, f"{module} loads {heavy}, and {door} loads {module}"
        waiting += [target for target in direct if target in KNOWN]
        waiting.append(module.rpartition(".")[0] or "automl")

    assert len(seen) > 1
