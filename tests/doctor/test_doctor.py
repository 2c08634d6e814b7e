"""The command as a whole."""

import io
import json

import pytest
from rich.console import Console

from automl import doctor
from automl.devices import Devices, Gpu
from automl.doctor import checks
from automl.doctor.checks import Check, Tried
from automl.doctor.installed import Extra, Package
from automl.doctor.text import render

KERAS = Tried(4.0, {"backend": "tensorflow", "devices": []})
XGBOOST = Tried(1.0, {"cuda": True})


def report(*made):
    return doctor.Report(
        ok=all(check.level != "broken" for check in made),
        automl="0.1.0",
        python="3.11.7",
        platform="Linux x86_64",
        devices=Devices(16, 2**37, (Gpu(0, "NVIDIA H200", 2**37),)),
        free_memory_bytes=2**36,
        free_disk_bytes=2**36,
        packages=(Package("tensorflow", "2.21.0", ">= 2.18"), Package("rich", None, ">= 13")),
        extras=(Extra("gpu", installed=False, cost="networks train on the processor"), Extra("excel", True, "x")),
        checks=made,
    )


def shown(document, width=80):
    stream = io.StringIO()
    Console(file=stream, width=width).print(render(document))
    return stream.getvalue()


def pretend(monkeypatch, keras=KERAS, xgboost=XGBOOST):
    """Answer for the libraries without importing them."""
    monkeypatch.setattr(checks, "tried", lambda code: keras if "keras" in code else xgboost)


@pytest.mark.parametrize(
    ("made", "conclusion"),
    [
        ([Check("Keras", "ok", "imports")], "Everything that a run needs is here."),
        ([Check("Keras", "ok", "imports"), Check("GPU", "warning", "unseen")], "Runs work. Worth a look: GPU."),
        ([Check("Keras", "broken", "no"), Check("GPU", "warning", "unseen")], "Needs repair: Keras."),
    ],
)
def test_the_last_line_sums_up(made, conclusion):
    assert shown(report(*made)).rstrip().endswith(conclusion)


def test_brackets_of_a_command_are_not_taken_for_markup():
    fix = "pip install 'automl[gpu]'"

    assert fix in shown(report(Check("GPU", "warning", "unseen", fix)))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits_the_terminal(width):
    long = Check("Keras", "broken", "does not import: " + "/a/very/long/path" * 9, "pip install " + "x" * 70)

    text = shown(report(long), width)

    assert max(map(len, text.splitlines())) <= width
    assert "xxxxx" in text


def test_what_is_missing_is_named_with_its_cost():
    text = shown(report(Check("Keras", "ok", "imports")))

    assert "networks train on the processor" in text
    assert "missing" in text
    assert "NVIDIA H200" in text


@pytest.mark.parametrize(("keras", "code"), [(KERAS, 0), (Tried(1.0, None, "broken pipe"), 1)])
def test_exit_code_and_json(keras, code, monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    pretend(monkeypatch, keras)

    assert doctor.main(as_json=True) == code

    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is (code == 0)
    assert {check["name"] for check in document["checks"]} >= {"packages", "Keras", "XGBoost", "run folders"}
    assert document["devices"]["processors"] >= 1


def test_the_text_goes_to_stdout_alone(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    pretend(monkeypatch)

    doctor.main(as_json=False)

    captured = capsys.readouterr()
    assert "Packages" in captured.out
    assert captured.err == ""


@pytest.mark.slow
def test_the_libraries_of_this_installation_import():
    keras, xgboost = checks.tried(checks.TRY_KERAS), checks.tried(checks.TRY_XGBOOST)

    assert keras.answer is not None, keras.reason
    assert keras.answer["backend"] in {"tensorflow", "jax", "torch"}
    assert xgboost.answer is not None, xgboost.reason
