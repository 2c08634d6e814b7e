"""What `automl explain CODE` says of a threshold is what the code compares with."""

import pytest

from automl import backbones, deciding, memory
from automl.checks import (
    am106_mostly_missing,
    am108_mixed_cells,
    am202_suspected_leak,
    am301_imbalance,
    am302_duplicates,
    am303_rare_classes,
    am304_sorted,
    am307_few_rows,
    am308_no_target,
    am401_time_order,
    am402_irregular_steps,
    arithmetic,
    page,
)
from automl.checks.base import PROBE_ROWS
from automl.data import broken, near, split
from automl.decide import compare, engine
from automl.profile import kinds, stats

STATED = {
    "AM101": [f"{kinds.ID_SHARE:.0%}"],
    "AM103": [f"more than {kinds.FEW_NUMBERS} different"],
    "AM105": [f"{stats._SENTINEL_SHARE:.1%}"],
    "AM106": [f"more than {am106_mostly_missing.MOSTLY:.0%}"],
    "AM108": [f"more than {am108_mixed_cells.LEAST_NUMBERS} different", f"{PROBE_ROWS:,} rows"],
    "AM201": [f"{arithmetic.LEAST_SHARE:.0%} of up to {PROBE_ROWS:,}", f"{arithmetic.LEAST_ROWS})",
              f"{arithmetic.MOST_COLUMNS:,}"],
    "AM202": [f"{am202_suspected_leak.NEAR_PERFECT}", f"{am202_suspected_leak.AHEAD:.2f}",
              f"{am202_suspected_leak.LEAST_ROWS} rows"],
    "AM301": [f"{am301_imbalance.FRACTION / 2:.0%} of the rows"],
    "AM302": [f"{am302_duplicates.LEAST_SHARE:.1%}", f"above {am302_duplicates.MANY:.0%}",
              f"{am302_duplicates.AGREE:.0%}"],
    "AM303": [f"fewer than {am303_rare_classes.FEWEST} rows"],
    "AM304": [f"{am304_sorted.FEW_CHANGES:.0%}", f"{1 - am304_sorted.NEARLY_ALL:.0%}",
              f"{am304_sorted.LEAST_ROWS} rows"],
    "AM307": [f"fewer than {am307_few_rows.FEW} rows", f"under {split.SMALL} rows", f"under {deciding.FEW_ROWS} rows"],
    "AM308": [f"{am308_no_target.MANY:.0%} of the rows"],
    "AM310": [f"{broken.MAX_BROKEN:.0%}", f"--ignore {broken.CODE}"],
    "AM312": [f"at most {near.BITS} bits", f"{1 - near.ALIKE**2 / 2:.3f}"],
    "AM401": [f"mean of {am401_time_order.DRAWS}", f"more than {am401_time_order.FAR}",
              f"{am401_time_order.NOISE:.0f} standard deviations", f"{PROBE_ROWS:,} rows"],
    "AM402": [f"{am402_irregular_steps.FEW:.1%}"],
    "AM502": [f"{engine.ENOUGH_EPOCHS} epochs", f"{engine.ENOUGH_ROUNDS} rounds"],
    "AM503": [f"fewer than {engine.FEW_OF_A_CLASS} rows", f"under {split.SMALL} rows"],
    "AM504": [f"1 - {compare.FALSE_SIGNAL} / (number",
              *(f"{compare.leaves_baseline('balanced', n):.3g} for {word}"
                for n, word in ((1, "one"), (2, "two"), (3, "three")))],
    "AM505": [f"under {split.SMALL} rows"],
    "AM506": [f"{memory.FEWEST_ROWS:,} rows"],
    "AM509": [f"{backbones.MOST_SECONDS / 60:.0f} minutes"],
}  # fmt: skip


@pytest.mark.parametrize(("code", "figures"), STATED.items(), ids=STATED)
def test_a_page_states_the_thresholds_of_the_code(code, figures):
    text = " ".join(page(code).split()).replace(" %", "%").lower()
    assert [figure for figure in figures if figure.lower() not in text] == []
