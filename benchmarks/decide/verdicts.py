"""verdicts.csv: what the engine says about the same train parts, and what saying it cost."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import command, ledger
from .sets import DataSet, Parts, make_parts, manifest

if TYPE_CHECKING:
    from argparse import Namespace

FAMILIES = ("baseline", "linear", "trees", "network")
PRIOR = ("trees_over_linear", "network_over_linear", "network_over_trees", "weight")
COLUMNS = (
    "set", "seed", "mode", "budget", "family", *(f"p_{name}" for name in FAMILIES), "deciding_seconds", "seconds",
    "exit_code", *(f"prior_{name}" for name in PRIOR), *(f"probe_{name}" for name in FAMILIES),
    *(f"fit_seconds_{name}" for name in FAMILIES), "predict_one_seconds", "tie", "flags",
    "search_trees", "search_network",
)  # fmt: skip


def run(args: Namespace) -> None:
    """Ask for the verdicts that are missing; `--full` takes the verdict after a search of the whole budget."""
    sets, mode = manifest(args.data), "full" if args.full else "decide"
    done = {(row["set"], row["seed"], row["mode"], row["budget"]) for row in ledger.read(args.out)}
    for name in args.sets or sets:
        for seed in args.seeds:
            if (name, str(seed), mode, str(args.budget)) in done:
                continue
            row = {"set": name, "seed": seed, "mode": mode, "budget": args.budget}
            row |= _verdict(sets[name], seed, mode, args)
            ledger.add(args.out, COLUMNS, row, lambda _: None)
            print(", ".join(f"{key} {ledger.as_text(value)}" for key, value in row.items()), flush=True)


def _verdict(source: DataSet, seed: int, mode: str, args: Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        parts = make_parts(source, seed, args.cap, Path(folder))
        done = _asked(source, parts, seed, mode, args)
        decision = json.loads(done.stdout or "{}") if mode == "decide" and done.fine else {}
        decision = decision or command.read_json(Path(folder) / "run" / "decision.json")
    if not decision:
        print(f"{source.name} failed: {done.stderr[-800:]}", file=sys.stderr, flush=True)
    return {"seconds": done.seconds, "exit_code": done.code} | (facts(decision) if decision else {})


def _asked(source: DataSet, parts: Parts, seed: int, mode: str, args: Namespace) -> command.Finished:
    known = [] if source.modality == "image" else ["--target", source.target, "--task", source.task]
    what = ["fit"] if mode == "full" else ["decide", "--json"]
    flags = ["--budget", f"{args.budget}s", "--seed", str(seed), "--out", "run"]
    arguments = [*what, parts.train.name, *known, *flags, *args.flags]
    return command.call(args.automl, arguments, parts.train.parent, 3 * args.budget + 120)


def facts(decision: dict[str, Any]) -> dict[str, Any]:
    """The columns that decision.json answers; parts that this version did not write stay empty."""
    evidence = decision.get("evidence") or {}
    prior = evidence.get("prior") or {}
    families = evidence.get("families") or {}
    costs = ((evidence.get("costs") or {}).get("families") or {}).get(decision["family"]) or {}
    found: dict[str, Any] = {
        "family": decision["family"],
        "tie": decision.get("tie"),
        "deciding_seconds": evidence.get("deciding_seconds"),
        "predict_one_seconds": costs.get("predict_one_seconds"),
        "flags": " ".join(flag["code"] for flag in decision.get("flags") or []),
    }
    for name in FAMILIES:
        found[f"p_{name}"] = (decision.get("probabilities") or {}).get(name)
        found[f"probe_{name}"] = (families.get(name) or {}).get("loss")
        found[f"fit_seconds_{name}"] = (families.get(name) or {}).get("seconds")
    search = prior.get("search") or {}
    found |= {f"search_{name}": search.get(name) for name in ("trees", "network")}
    return found | {f"prior_{name}": prior.get(name) for name in PRIOR}
