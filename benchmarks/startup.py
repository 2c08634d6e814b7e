"""How long `automl --help` takes, against a Python that does nothing.

Target: under 0.15 s. Prints one JSON line: median seconds of each, interleaved, and their difference.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 21
COMMANDS = {
    "python": [sys.executable, "-c", "pass"],
    "help": [str(Path(sys.executable).parent / "automl"), "--help"],
}


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    for command in COMMANDS.values():
        seconds(command)  # the first run reads files from disk and compiles them
    took: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            took[name].append(seconds(command))
    median = {name: statistics.median(values) for name, values in took.items()}
    result = {name: round(value, 3) for name, value in median.items()}
    print(json.dumps({**result, "difference": round(median["help"] - median["python"], 3), "rounds": ROUNDS}))


if __name__ == "__main__":
    main()
