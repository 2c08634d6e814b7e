"""The plan: defaults, recipes and flags merged, checked and written back."""

import dataclasses

import pytest

from automl.config import Plan, check_families, checked, fields, from_recipe, merged, parse, recipes, to_toml
from automl.errors import UsageError

FULL = Plan(
    target='a "quoted" \\ name',
    task="multiclass",
    positive="yes",
    metric="log_loss",
    budget=90.0,
    trials=7,
    seed=3,
    families=("linear", "trees"),
    modality="table",
    prefer="simple",
    explainable=True,
    drop=("a", "b,c"),
    keep=("d",),
    weight="w",
    group="re:^(\\d+)_",
    time_column="when",
    split_column="part",
    series_id="device",
    horizon=14,
    known=("price",),
    ignore=("AM101",),
    memory=8 * 2**30,
    gpus="0,1",
    backbone="folder/x",
    fail_under=0.8,
    max_latency=0.0002,
    max_size=10_000_000,
    monotone={'a "b" = c': 1, "d": -1},
)


def test_the_example_sets_every_field():
    assert all(getattr(FULL, f.name) != getattr(Plan(), f.name) for f in dataclasses.fields(Plan))


ODD = "".join(map(chr, range(32))) + '\x7f\x85\u2028"\\'


@pytest.mark.parametrize(
    "plan",
    [
        Plan(), FULL, Plan(budget=5.0), Plan(trials=3), Plan(target=""), Plan(budget=1234567.891), Plan(budget=1e-7),
        Plan(budget=1e21), Plan(target=ODD, drop=(ODD,), monotone={ODD: 1}),
    ],
)  # fmt: skip
def test_plan_toml_repeats_the_plan(plan):
    text = to_toml(plan, "written by a test\nsecond line")

    assert parse(text, "plan.toml") == plan
    assert text.startswith("# written by a test\n# second line\n")


def test_a_comment_of_control_characters_is_still_a_comment():
    assert parse(to_toml(Plan(), f"automl fit {ODD} --recipe plan.toml"), "plan.toml") == Plan()


@pytest.mark.parametrize(("seconds", "text"), [(90.0, "90s"), (100000.0, "100000s"), (1234567.5, "1234567.5s")])
def test_seconds_are_written_exactly(seconds, text):
    assert f'budget = "{text}"\n' in to_toml(Plan(budget=seconds), "")


@pytest.mark.parametrize("name", fields())
def test_every_key_stands_in_plan_toml(name):
    assert any(line.startswith((f"{name} =", f"# {name} =")) for line in to_toml(Plan(), "").splitlines())


@pytest.mark.parametrize(
    ("plan", "seconds"),
    [(Plan(), 300.0), (Plan(budget=60.0), 60.0), (Plan(trials=5), None), (Plan(budget=60.0, trials=5), 60.0)],
)
def test_seconds_of_the_clock(plan, seconds):
    assert plan.seconds == seconds


@pytest.mark.parametrize(
    ("plan", "allowed"),
    [
        (Plan(monotone={"age": 1}), ("baseline", "trees")),
        (Plan(), ("baseline", "linear", "trees", "network")),
        (Plan(families=("network", "linear")), ("baseline", "linear", "network")),
        (Plan(families=()), ("baseline",)),
        (Plan(explainable=True), ("baseline", "linear", "trees")),
        (Plan(explainable=True, families=("trees", "network")), ("baseline", "trees")),
    ],
)
def test_allowed_families_from_simple_to_complex(plan, allowed):
    assert plan.allowed == allowed


def test_merged_takes_what_is_given():
    plan = merged(Plan(metric="f1", seed=4), {"metric": None, "seed": 0, "explainable": False, "target": "y"})

    assert (plan.metric, plan.seed, plan.explainable, plan.target) == ("f1", 0, False, "y")


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("budget", "2m", 120.0),
        ("budget", 90, 90.0),
        ("memory", "8GB", 8 * 2**30),
        ("memory", 1024, 1024),
        ("families", ["trees"], ("trees",)),
        ("drop", ["a", "b"], ("a", "b")),
        ("drop", [" a", "b "], ("a", "b")),
        ("target", " y ", "y"),
        ("group", "re:^(a+) ", "re:^(a+) "),
        ("positive", "yes", "yes"),
        ("positive", 0, "0"),
        ("positive", True, "True"),
        ("ignore", ["am101", "AM504"], ("AM101", "AM504")),
        ("fail_under", 1, 1),
        ("fail_under", 0.5, 0.5),
        ("max_latency", "5ms", 0.005),
        ("max_latency", " 0.5 S", 0.5),
        ("max_latency", "200us", 0.0002),
        ("max_latency", 0.02, 0.02),
        ("max_latency", 1, 1.0),
        ("max_size", "10MB", 10_000_000),
        ("max_size", "512kB", 512_000),
        ("max_size", 1000, 1000),
        ("max_size", "1000", 1000),
        ("max_size", 1e6, 1_000_000),
        ("explainable", True, True),
        ("monotone", {"age": 1, "price": -1}, {"age": 1, "price": -1}),
        ("monotone", {" age": 1}, {"age": 1}),
        ("monotone", {}, {}),
    ],
)
def test_checked(key, value, expected):
    assert checked(key, value, "here") == expected


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("budget", "soon", "Cannot read the budget"),
        ("memory", "much", "Cannot read the memory"),
        ("task", "clustering", "Unknown task 'clustering'"),
        ("prefer", "best", "Unknown preference 'best'"),
        ("families", [], "No family is named"),
        ("memory", 0, "must be above 0"),
        ("memory", -3, "must be above 0"),
        ("budget", -1, "must be above 0"),
        ("trials", -1, "trials must be 0 or more"),
        ("fail_under", float("-inf"), "fail_under must be a finite number"),
        ("families", ["tree"], "Unknown family 'tree'"),
        ("families", "trees", "takes a list"),
        ("drop", "a", "takes a list"),
        ("drop", [1], "takes a list"),
        ("seed", "one", "seed cannot be 'one'"),
        ("seed", 1.5, "seed cannot be 1.5"),
        ("seed", True, "seed cannot be True"),
        ("trials", "3", "trials cannot be '3'"),
        ("explainable", 1, "explainable cannot be 1"),
        ("target", 3, "target cannot be 3"),
        ("positive", ["yes"], "positive cannot be"),
        ("fail_under", "high", "fail_under cannot be 'high'"),
        ("max_latency", "5", "Cannot read the latency '5'"),
        ("max_latency", "5m", "Cannot read the latency '5m'"),
        ("max_latency", "fast", "Cannot read the latency 'fast'"),
        ("max_latency", "0ms", "Cannot read the latency '0ms'"),
        ("max_latency", -1, "Cannot read the latency -1"),
        ("max_latency", True, "Cannot read the latency True"),
        ("max_latency", float("inf"), "Cannot read the latency inf"),
        ("max_latency", ["5ms"], "Cannot read the latency"),
        ("max_size", "small", "Cannot read the model size 'small'"),
        ("max_size", "0MB", "Cannot read the model size '0MB'"),
        ("max_size", -5, "Cannot read the model size -5"),
        ("max_size", False, "Cannot read the model size False"),
        ("monotone", ["age"], "takes a table of columns"),
        ("monotone", {"age": 2}, "'age' cannot be 2"),
        ("monotone", {"age": "up"}, "'age' cannot be 'up'"),
        ("monotone", {"age": True}, "'age' cannot be True"),
    ],
)
def test_a_value_that_does_not_fit(key, value, message):
    with pytest.raises(UsageError, match=message):
        checked(key, value, "file.toml:4")


@pytest.mark.parametrize(
    ("key", "value", "hint"),
    [
        ("seed", "one", "a whole number"),
        ("trials", 2.5, "a whole number"),
        ("fail_under", "high", "a number"),
        ("explainable", "yes", "true or false"),
        ("target", 3, "a text"),
        ("drop", "a", 'drop = ["...", "..."]'),
    ],
)
def test_what_would_fit(key, value, hint):
    with pytest.raises(UsageError) as caught:
        checked(key, value, "file.toml:4")

    assert (caught.value.where, caught.value.hint) == ("file.toml:4", hint)


@pytest.mark.parametrize("name", fields())
def test_every_key_takes_what_the_plan_holds(name):
    assert checked(name, getattr(FULL, name), "here") == getattr(FULL, name)


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        ('description = "d"\n\nbuget = "60s"\n', "Unknown recipe key 'buget'", "my.toml:3"),
        ('seed = 0\ntask = "x"\n', "Unknown task 'x'", "my.toml:2"),
        ("seed = [\n", "not valid TOML", "my.toml"),
        ("[search]\ntrials = 3\n", "Unknown recipe key 'search'", "my.toml:1"),
        ('seed = 0\n\nmax_latency = "5"\n', "Cannot read the latency '5'", "my.toml:3"),
        ("max_size = -1\n", "Cannot read the model size -1", "my.toml:1"),
        ("seed = 0\n[monotone]\nage = 0\n", "'age' cannot be 0", "my.toml:2"),
    ],
)
def test_a_recipe_that_is_not_understood_is_told_with_its_line(text, message, where):
    with pytest.raises(UsageError, match=message) as caught:
        parse(text, "my.toml")

    assert caught.value.where == where


def test_directions_are_a_table_of_a_recipe():
    assert parse('seed = 1\n[monotone]\nage = 1\n"the price" = -1\n', "my.toml").monotone == {"age": 1, "the price": -1}


def test_an_unknown_key_names_the_closest():
    with pytest.raises(UsageError) as caught:
        parse('buget = "60s"', "my.toml")

    assert caught.value.hint == "did you mean 'budget'?"


def test_a_recipe_by_file(tmp_path):
    (tmp_path / "mine.toml").write_text('description = "mine"\nseed = 5\n')

    assert from_recipe(str(tmp_path / "mine.toml")) == Plan(seed=5)


@pytest.mark.parametrize(("name", "message"), [("quik", "Unknown recipe 'quik'"), ("no/such.toml", "no recipe file")])
def test_a_recipe_that_is_not_there(name, message):
    with pytest.raises(UsageError, match=message):
        from_recipe(name)


def test_bundled_recipes_are_found_by_name():
    assert {"quick", "balanced", "thorough", "explainable", "images"} <= set(recipes())


@pytest.mark.parametrize(
    ("plan", "where", "hint"),
    [
        (Plan(explainable=True, families=("network",)), "--families network", "linear and trees can"),
        (Plan(monotone={"a": 1}, families=("linear", "network")), "--families linear,network", "trees can"),
        (Plan(monotone={"a": 1}, explainable=True, families=("linear",)), "--families linear", "trees can"),
    ],
)
def test_families_that_something_else_rules_out(plan, where, hint):
    with pytest.raises(UsageError, match="None of the families named") as caught:
        check_families(plan)

    assert caught.value.where == where
    assert caught.value.hint.startswith(hint)


@pytest.mark.parametrize(
    "plan",
    [Plan(), Plan(families=("baseline",), explainable=True), Plan(families=("trees", "network"), explainable=True)],
)
def test_families_of_which_one_is_left(plan):
    check_families(plan)
