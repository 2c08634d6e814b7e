"""How many files may be broken, and what lifts that."""

import pytest

from automl.data.broken import check_broken
from automl.errors import DataError


def reasons(count):
    return {f"{i}.png": "cut" for i in range(count)}


@pytest.mark.parametrize(
    ("broken", "total", "ignore"), [(0, 0, ()), (0, 9, ()), (1, 20, ()), (2, 20, ("AM310",)), (19, 20, ("AM310",))]
)
def test_few_are_let_pass_and_any_share_where_the_finding_is_ignored(broken, total, ignore):
    check_broken(reasons(broken), total, where="here", ignore=ignore)


@pytest.mark.parametrize("ignore", [(), ("AM312",)])
def test_many_are_an_error_that_says_what_lifts_it(ignore):
    with pytest.raises(DataError, match="2 of 20 images cannot be read; more than 5%") as raised:
        check_broken(reasons(2), 20, where="here", ignore=ignore)
    assert raised.value.where == "here: 0.png: cut; 1.png: cut"
    assert "--ignore AM310" in raised.value.hint


@pytest.mark.parametrize("ignore", [(), ("AM310",)])
def test_nothing_readable_is_always_an_error(ignore):
    with pytest.raises(DataError, match="None of the 3 texts can be read") as raised:
        check_broken(reasons(3), 3, where="here", what="texts", ignore=ignore)
    assert "--ignore" not in raised.value.hint
