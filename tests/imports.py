"""Who imports whom inside the package, read from the source without running it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1] / "automl"


@dataclass(frozen=True)
class Import:
    """One import statement of a module: `module` imports `target`, both with dots."""

    module: str
    target: str
    line: int
    at_top: bool
    """True for an import that runs when the module is imported."""


def part(module: str) -> str:
    """The layer name of a module: 'automl.data.read' gives 'data', the package itself ''."""
    return [*module.split("."), ""][1]


def modules(package: Path = PACKAGE) -> dict[str, Path]:
    """Module name -> file."""
    found = {}
    for path in sorted(package.rglob("*.py")):
        names = list(path.relative_to(package.parent).with_suffix("").parts)
        found[".".join(names[:-1] if names[-1] == "__init__" else names)] = path
    return found


def imports(known: dict[str, Path]) -> list[Import]:
    """Every import of every module, also inside functions and for type checking."""
    return [found for module, path in known.items() for found in _of(module, path.read_text(encoding="utf-8"), known)]


def _of(module: str, source: str, known: dict[str, Path]) -> list[Import]:
    tree = ast.parse(source)
    later = {id(node) for outer in ast.walk(tree) if _runs_later(outer) for node in ast.walk(outer)}
    found = []
    for node in ast.walk(tree):
        targets: list[str] = []
        if isinstance(node, ast.Import):
            targets = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            near = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*near, *filter(None, [node.module])])
            targets = [f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base for alias in node.names]
        found += [Import(module, target, node.lineno, id(node) not in later) for target in targets]
    return found


def _runs_later(node: ast.AST) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return True
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
