"""What is installed, read from the metadata of packages: nothing is imported."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import metadata

STANDS_FOR = {
    "xgboost": ("xgboost-cpu",),
    "tensorflow": ("tensorflow-cpu", "tf-nightly"),
}
"""Other packages that bring the same module."""
COSTS = {
    "audio": "recordings other than wav cannot be read",
    "excel": "Excel files (.xlsx) cannot be read",
    "gpu": "networks train on the processor, although there is a GPU",
    "hub": "presets of KerasHub cannot be used (--backbone)",
    "test": "the tests cannot be run; nothing else needs it",
}
"""What goes without an extra."""
NO_GPU = "costs nothing here: the driver reports no GPU"


@dataclass(frozen=True)
class Package:
    """A core dependency; `version` is None when it is missing, `needs` reads like '>= 3.2'."""

    name: str
    version: str | None
    needs: str

    @property
    def new_enough(self) -> bool:
        """False when it is missing or older than needed."""
        return self.version is not None and _numbers(self.version) >= _numbers(self.needs)


@dataclass(frozen=True)
class Extra:
    """An optional group of dependencies, and what goes without it."""

    name: str
    installed: bool
    cost: str


@dataclass(frozen=True)
class _Requirement:
    """One line of a package's metadata: 'tensorflow[and-cuda]>=2.18; extra == "gpu"'."""

    name: str
    extras: tuple[str, ...]
    needs: str
    extra: str


def packages(name: str = "automl") -> tuple[Package, ...]:
    """The core dependencies of an installed package; empty when it is not installed."""
    return tuple(Package(r.name, version(r.name), r.needs) for r in _requirements(name) if not r.extra)


def extras(name: str = "automl", *, has_gpu: bool) -> tuple[Extra, ...]:
    """The extras of an installed package."""
    wanted = dict.fromkeys(r.extra for r in _requirements(name) if r.extra)
    costs = COSTS if has_gpu else COSTS | {"gpu": NO_GPU}
    return tuple(Extra(extra, complete(name, extra), costs.get(extra, "")) for extra in wanted)


def complete(name: str, extra: str) -> bool:
    """True when every package of an extra is there, those of the extras it names included."""
    return all(
        version(r.name) is not None and all(complete(r.name, inner) for inner in r.extras)
        for r in _requirements(name)
        if r.extra == extra
    )


def version(name: str) -> str | None:
    """The installed version of a package or of one that stands for it."""
    for candidate in (name, *STANDS_FOR.get(name, ())):
        try:
            return metadata.version(candidate)
        except metadata.PackageNotFoundError:
            continue
    return None


def _requirements(name: str) -> list[_Requirement]:
    for candidate in (name, *STANDS_FOR.get(name, ())):
        try:
            lines = metadata.requires(candidate) or []
        except metadata.PackageNotFoundError:
            continue
        return [_parse(line) for line in lines]
    return []


def _parse(line: str) -> _Requirement:
    specifier, _, marker = line.partition(";")
    match = re.match(r"\s*([\w.-]+)\s*(?:\[([^\]]*)\])?\s*\(?([^)]*)\)?", specifier)
    extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", marker)
    name, inner, needs = match.groups(default="") if match else (specifier, "", "")
    spaced = re.sub(r"([<>=!~]+)\s*", r"\1 ", needs.strip())
    return _Requirement(name, tuple(re.findall(r"[\w.-]+", inner)), spaced, extra[1] if extra else "")


def _numbers(text: str) -> tuple[int, ...]:
    """The release numbers of a version or of a lower bound: '>= 3.2' gives (3, 2)."""
    release = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(n) for n in release[0].split(".")) if release else ()
