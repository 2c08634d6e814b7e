"""Versions and extras, read from metadata."""

from importlib import metadata

import pytest

from automl.doctor import installed
from automl.doctor.installed import Extra, Package, complete, extras, packages, version

LINES = {
    "demo": [
        "numpy>=2.0",
        "base[fast]>=1; extra == 'all'",
        'pytest>=8; extra == "test"',
        "lost>=1; extra == 'gone'",
        "numpy; python_version < '4'",
    ],
    "base": ["numpy", 'lost; extra == "fast"'],
}


@pytest.fixture
def demo(monkeypatch):
    """A package 'demo' with extras; 'lost' is required and not installed."""
    versions = {"demo": "1.0", "base": "1.2", "numpy": "2.4.6", "pytest": "9.0"}

    def known(table, name):
        if name not in table:
            raise metadata.PackageNotFoundError(name)
        return table[name]

    monkeypatch.setattr(metadata, "requires", lambda name: known(LINES, name))
    monkeypatch.setattr(metadata, "version", lambda name: known(versions, name))


@pytest.mark.usefixtures("demo")
def test_core_dependencies_leave_out_extras():
    assert packages("demo") == (Package("numpy", "2.4.6", ">= 2.0"), Package("numpy", "2.4.6", ""))


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(("extra", "there"), [("test", True), ("gone", False), ("all", False)])
def test_an_extra_is_there_when_all_it_needs_is(extra, there):
    assert complete("demo", extra) is there


@pytest.mark.usefixtures("demo")
def test_a_package_that_is_not_installed():
    assert version("lost") is None
    assert packages("lost") == ()


@pytest.mark.parametrize(
    ("have", "needs", "enough"),
    [
        ("3.2", ">= 3.2", True),
        ("3.2.1", ">= 3.2", True),
        ("3.10.0", ">= 3.9", True),
        ("3.1.9", ">= 3.2", False),
        ("2.21.0rc1", ">= 2.18", True),
        ("1.0", "", True),
        (None, ">= 1", False),
    ],
)
def test_new_enough(have, needs, enough):
    assert Package("p", have, needs).new_enough is enough


def test_our_own_extras_all_say_what_a_missing_one_costs():
    found = extras(has_gpu=True)

    assert {extra.name for extra in found} == set(installed.COSTS)
    assert all(extra.cost for extra in found)


def test_without_a_gpu_the_gpu_extra_costs_nothing():
    gpu = next(extra for extra in extras(has_gpu=False) if extra.name == "gpu")

    assert gpu == Extra("gpu", gpu.installed, installed.NO_GPU)


def test_our_own_dependencies_are_there():
    found = {package.name: package for package in packages()}

    assert {"tensorflow", "keras", "keras-tuner", "tensorboard", "xgboost", "click"} <= set(found)
    assert all(package.new_enough for package in found.values())
