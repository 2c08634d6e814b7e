"""Networks kept for the next fold."""

import pytest

pytest.importorskip("keras")

from automl.families.network.shared import Shared, Shelf

pytestmark = [
    pytest.mark.slow,  # imports Keras
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


class Network:
    def __init__(self):
        self.weights, self.times = None, 0

    def set_weights(self, weights):
        self.weights, self.times = weights, self.times + 1


class Trainer:
    def __init__(self):
        self.renewed = 0

    def renew(self):
        self.renewed += 1


def build():
    return Network(), Trainer()


def test_a_network_of_the_same_shape_is_taken_again_as_new():
    shelf = Shelf()
    first, second = (shelf.take("a", rows, build) for rows in (100, 101))
    assert second is first
    assert first.trainer.renewed == 1
    assert first.room >= 101


@pytest.mark.parametrize(("key", "rows"), [("b", 100), ("a", 120), ("a", 2)])
def test_another_shape_more_rows_or_far_fewer_need_a_new_one(key, rows):
    shelf = Shelf()
    first = shelf.take("a", 100 if rows > 2 else 1_000, build)
    assert shelf.take(key, rows, build) is not first


def test_the_networks_used_last_are_kept():
    shelf = Shelf(most=2)
    first = shelf.take("a", 10, build)
    shelf.take("b", 10, build)
    assert shelf.take("a", 10, build) is first
    shelf.take("c", 10, build)
    assert list(shelf.kept) == ["a", "c"]
    shelf.clear()
    assert not shelf.kept


def test_weights_are_put_in_only_when_another_model_used_the_network():
    network = Network()
    shared = Shared(network)
    mine, other = [1], [2]
    for weights in (mine, mine, other, mine):
        assert shared.lend(weights) is network
    assert (network.weights, network.times) == (mine, 3)


def test_a_loaded_network_predicts_as_it_is_and_is_not_trained():
    shared = Shared(Network())
    assert shared.lend(None).times == 0
    with pytest.raises(ValueError, match="not trained further"):
        shared.trained()
