"""Will a second-hand lamp sell within a week? A made-up table of numbers, labels, texts and photos.

Arguments: a folder to work in (a temporary one when not given), a budget (90s when not given).

Price, description and photo must speak for a lamp together; no kind of column says it alone. The photo shows a disc (a
lamp that is lit) or a ring, the description praises or complains, the price counts against the usual one of its brand.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

BRANDS = {"Alba": 40.0, "Berg": 80.0, "Corte": 120.0}
PRAISE = ["bright", "lovely", "as new", "works perfectly", "elegant", "sturdy"]
COMPLAINTS = ["flickers", "scratched", "loose cable", "dusty", "slightly bent", "buzzes"]
FILLERS = ["lamp", "for a desk", "bought last year", "pick up only", "from a quiet home", "cable included", "must go"]
SIDE = 32


def photo(lit: bool, random: np.random.Generator) -> Image.Image:
    """A disc (lit) or a ring of the same outer size, anywhere, in any colour, on a noisy ground of any other."""
    rows, columns = np.mgrid[:SIDE, :SIDE]
    radius = random.uniform(7, 11)
    middle = random.uniform(radius, SIDE - radius, 2)
    distance = np.hypot(rows - middle[0], columns - middle[1])
    inside = distance < radius if lit else (distance < radius) & (distance > radius - 3)
    ground, colour = random.uniform(0, 255, 3), random.uniform(0, 255, 3)
    pixels = np.where(inside[:, :, None], colour, ground) + random.normal(0, 12, (SIDE, SIDE, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def write(folder: Path, rows: int = 800, seed: int = 0) -> Path:
    """lamps.csv with its photos under a folder; returns the path of the table.

    Args:
        rows: how many lamps.
        seed: of everything; another seed gives other lamps of the same kind.
    """
    random = np.random.default_rng(seed)
    (folder / "photos").mkdir(parents=True, exist_ok=True)
    lamps = []
    for number in range(rows):
        brand = str(random.choice(list(BRANDS)))
        dear, praised, lit = random.normal(), random.random() < 0.5, random.random() < 0.5
        words = [*random.choice(PRAISE if praised else COMPLAINTS, 2), *random.choice(FILLERS, 4, replace=False)]
        path = f"photos/{seed}-{number:04d}.png"
        photo(lit, random).save(folder / path)
        appeal = -1.2 * dear + (1.5 if praised else -1.5) + (1.5 if lit else -1.5) + random.normal(0, 0.4)
        lamps.append(
            {
                "brand": brand,
                "price": round(BRANDS[brand] * 1.3**dear, 2),
                "description": " ".join(random.permutation(words)),
                "photo": path,
                "sold": "yes" if appeal > 0 else "no",
            }
        )
    table = folder / f"lamps-{seed}.csv"
    pd.DataFrame(lamps).to_csv(table, index=False)
    return table


def main() -> None:
    """Learn from 800 lamps, predict 200 others, and say how often that is right."""
    import automl

    work = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp())
    budget = sys.argv[2] if len(sys.argv) > 2 else "90s"
    run = automl.fit(write(work), target="sold", budget=budget, seed=0, out=work / "run")
    print(run.decision.sentence)
    print(run.leaderboard.to_string(index=False))

    new = write(work, rows=200, seed=1)  # its paths are relative to the new table, too
    right = (run.predict(new) == pd.read_csv(new)["sold"]).mean()
    print(f"right on {right:.0%} of 200 new lamps")
    print(f"report: {run.report_path}")


if __name__ == "__main__":
    main()
