from tests.rows import numbers


def test_rows_at_random_are_the_same_ones_in_their_order():
    data = numbers("regression", 100)
    some = data.at_random(10)

    assert len(some) == 10
    assert some.inputs.index.is_monotonic_increasing
    assert some.inputs.index.tolist() == data.at_random(10).inputs.index.tolist() != list(range(10))
    assert (some.y == data.y[some.inputs.index]).all()
    assert data.at_random(100) is data
