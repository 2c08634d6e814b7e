"""What the stages hand to each other: frozen dataclasses that turn into JSON.

data -> profile -> decide -> search -> evaluate -> explain -> report. Nothing here imports a library, so that every
module (and the command line) may import it for free.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

Task = Literal["binary", "multiclass", "regression"]
Modality = Literal["table", "image", "text", "audio", "series"]
FamilyName = Literal["baseline", "linear", "trees", "network", "ensemble"]
"""The families of `FAMILIES`; an 'ensemble' of them is delivered as one model, and never the verdict."""
Severity = Literal["error", "warning", "note"]
Status = Literal["found", "passed", "not_applicable", "skipped"]
LabelType = Literal["text", "bool", "int", "float"]
Prefer = Literal["balanced", "accuracy", "simple", "fast"]
Kind = Literal["number", "category", "text", "date", "boolean", "image", "id", "constant"]
"""What a column holds.

- 'number': a quantity; order and distance mean something.
- 'category': a label from a set, as text or as codes.
- 'text': free text, several words a cell.
- 'date': a date or a time.
- 'boolean': two values (yes/no, true/false, 0/1).
- 'image': paths of image files.
- 'id': names the row (a key, a row number); never an input.
- 'constant': one value, or none at all; never an input.
"""
Scale = Literal["none", "difference", "ratio"]
"""What is learnt of a series: values, or their difference or ratio to the level known."""
Role = Literal["feature", "target", "dropped", "weight", "group", "time", "split", "path"]

UNITS: dict[Modality, tuple[str, str]] = {
    "table": ("row", "rows"),
    "image": ("image", "images"),
    "text": ("text", "texts"),
    "audio": ("recording", "recordings"),
    "series": ("series", "series"),
}
"""What one row and several rows are called."""

FAMILIES: tuple[FamilyName, ...] = ("baseline", "linear", "trees", "network")
"""Model families from simple to complex: the order in which the burden of proof grows."""

T = TypeVar("T")


@dataclass(frozen=True)
class Choice(Generic[T]):
    """An automatic decision with the reason a reader sees and the figures it rests on."""

    value: T
    reason: str
    evidence: dict[str, Any] = field(default_factory=dict)
    override: str = ""
    """The flag that overrides it, as typed: '--task regression'."""


@dataclass(frozen=True)
class Finding:
    """Something worth telling about the data or the run, under a stable code (`automl explain CODE`)."""

    code: str
    severity: Severity
    title: str
    columns: tuple[str, ...] = ()
    evidence: dict[str, Any] = field(default_factory=dict)
    action: str = ""
    """What was done, and what the user can do."""
    status: Status = "found"


@dataclass(frozen=True)
class Column:
    """One column of a table as profiled.

    Attributes:
        name: the header cell.
        kind: what it holds (see `Kind`).
        role: what it is used for.
        reason: why this kind and role.
        missing: cells without a value, hidden markers ('?', 'NA', blank) included.
        distinct: distinct values among the cells that have one.
        stats: for numbers min, max, mean, std, median, q25, q75, skew, histogram {edges, counts}; for categories and
            booleans top [[label, count], ...] (at most 20); for dates min, max (ISO); for text mean_words,
            mean_characters; for images files (distinct), sizes, formats, broken {path: reason}, broken_count.
        levels: the values of a category or boolean seen, sorted (at most 10,000, the most frequent).
        markers: hidden missing markers found, marker -> count.
        sentinels: numbers that look like codes for missing (-999), value -> count.
        number_format: how text cells become numbers: '' (plain), 'decimal_comma', 'thousands_comma', 'percent',
            'currency', or 'unit kg' of numbers that are all followed by kg; _comma for decimal commas.
        date_format: strptime format of a date column kept as text, '' when it was read as dates.
        image_size: (height, width, channels) that the images of the column are decoded to; () for other kinds.
    """

    name: str
    kind: Kind
    role: Role
    reason: str
    missing: int
    distinct: int
    stats: dict[str, Any] = field(default_factory=dict)
    levels: tuple[str, ...] = ()
    markers: dict[str, int] = field(default_factory=dict)
    sentinels: dict[str, int] = field(default_factory=dict)
    number_format: str = ""
    date_format: str = ""
    image_size: tuple[int, ...] = ()


@dataclass(frozen=True)
class Profile:
    """What was found in the data before any model.

    Attributes:
        name: short name of the data (file stem or folder).
        source: path or description as given.
        modality, task, target: choices with reasons; `target.value` is a column name, for folders of media 'folder'.
        rows: rows (or readable files) with a target.
        columns: every column of a table, in file order; empty for images and recordings.
        classes: label -> rows, in the order of class codes (sorted, but the positive one of two last), for
            classification; empty for regression.
        media: for images and recordings: count, readable, broken, modes, formats, duplicates, and sizes or seconds;
            empty for tables.
        reading: how the file was read: format, encoding, delimiter, decimal, compression, skipped_lines, bytes.
        findings: what the checks say.
        forecast: for a forecast `horizon`, `unit` of a step and `baseline` in words, `series`: their number, `known`,
            and the choices `spacing`, `season` and `scale`; else empty.
    """

    name: str
    source: str
    modality: Choice[Modality]
    task: Choice[Task]
    target: Choice[str]
    rows: int
    columns: tuple[Column, ...] = ()
    classes: dict[str, int] = field(default_factory=dict)
    target_stats: dict[str, Any] = field(default_factory=dict)
    media: dict[str, Any] = field(default_factory=dict)
    reading: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    forecast: dict[str, Any] = field(default_factory=dict)

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns that models may use, in file order."""
        return tuple(column for column in self.columns if column.role == "feature")


@dataclass(frozen=True)
class Steps:
    """How the time stamps of a series become whole numbers of steps.

    Attributes:
        unit: 'seconds', 'numbers' (the column holds no dates), 'months', 'workdays' (Monday to Friday), or 'rows' where
            the spacing is irregular: then the rows of a series are counted in the order of time.
        every: units a step.
        origin: time of step 0, in units.
    """

    unit: Literal["seconds", "numbers", "months", "workdays", "rows"] = "rows"
    every: float = 1.0
    origin: float = 0.0


@dataclass(frozen=True)
class Forecast:
    """What a forecast is made from: every row from what is known `horizon` steps before it.

    Attributes:
        horizon: steps ahead.
        target: column that is forecast.
        time: column of time stamps; of dates the parts of the calendar are inputs.
        steps: how they become steps.
        season: steps a season; 1 for none.
        naive: steps back of the seasonal-naive forecast: the fewest whole seasons that reach over the horizon.
        lags: steps back of single values of the target that are inputs; the naive one is among them.
        windows: steps over which known values are averaged, all ending `horizon` steps back; the first gives the level.
        scale: what models learn at first: values as they are ('none'), their difference or ratio to the level.
        positive: True when every target is above zero, so that ratios have a meaning.
        floor: the lowest level that a ratio is taken to.
        series: column that names the series of a row; None for a single series.
        inputs: further columns as read.
        known: those of them that are known in advance; of the others, the value `horizon` steps back is used.
    """

    horizon: int
    target: str
    time: Column
    steps: Steps
    season: int
    naive: int
    lags: tuple[int, ...]
    windows: tuple[int, ...]
    scale: Scale = "difference"
    positive: bool = False
    floor: float = 0.0
    series: Column | None = None
    inputs: tuple[Column, ...] = ()
    known: tuple[str, ...] = ()

    @property
    def reach(self) -> int:
        """Steps back that inputs look at most."""
        return max(*self.lags, self.naive + (SEASONS - 1) * self.season, self.horizon + max(self.windows))

    @property
    def baseline(self) -> str:
        """The forecast to beat, in words."""
        if self.season == 1:
            return "last known value"
        return f"seasonal naive, {self.season} steps"

    def lag(self, steps: int) -> str:
        """Name of the input that is the target so many steps back."""
        return f"{self.target}, {steps} steps before" if steps != 1 else f"{self.target}, 1 step before"

    def mean(self, window: int) -> str:
        """Name of the input that is the mean of a window."""
        return f"{self.target}, mean of {window} steps up to {self.horizon} before"

    @property
    def level(self) -> str:
        """Name of the input that is the level of the series."""
        return self.mean(self.windows[0])

    @property
    def spread(self) -> str:
        """Name of the input that is the standard deviation within the first window."""
        return f"{self.target}, spread of {self.windows[0]} steps up to {self.horizon} before"

    @property
    def seasonal(self) -> str:
        """Name of the input that is the mean of this point of the season in the last seasons known."""
        return f"{self.target}, mean of this point in {SEASONS} seasons"

    @property
    def values(self) -> tuple[str, ...]:
        """Names of the inputs that are values of the target, or means of them."""
        seasonal = (self.seasonal,) if self.season > 1 else ()
        return (*map(self.lag, self.lags), *map(self.mean, self.windows), *seasonal)


SEASONS = 4
"""Seasons over which the mean of one point of the season is taken."""


@dataclass(frozen=True)
class Problem:
    """What is to be predicted from what: all that encoders and model families know of the data.

    Attributes:
        modality: table, image, text (every feature is free text), audio, or series (one series a row).
        task: binary, multiclass or regression.
        metric: name of the run's metric (see evaluate.metrics).
        classes: labels exactly as the cells of the data read, sorted, but of two the positive one last (--positive); a
            class code is an index into it; empty for regression.
        columns: the feature columns of a table.
        seed: the run's seed.
        image_size: (height, width, channels) of decoded images; for audio (mel bands, frames, 1) of the spectrograms,
            which are held like images; empty for tables, texts and series.
        hop_ms: milliseconds from one column of a spectrogram to the next.
        channels: of a series; its columns are channel after channel, each in the order of time.
        series_id, time: columns of data that hold one row a point of time (--series-id, --time-column); '' when each
            row is a series.
        skewed_target: True for a regression target with a long tail: transforms of it are tried.
        log_target: with `skewed_target`: False where a logarithm does not suit: negative values, a tail below.
        monotone: column -> 1 (predictions never fall as it grows) or -1 (never rise), as the recipe demands.
        explainable: only models whose whole behaviour can be printed: linear, and trees in additive form.
        backbone: name of the pretrained network that lies beside the decoded images; '' for none.
        forecast: how the columns were made from the past of a series (--horizon); None for other tables.
        label_type: of the column of classes in the data learnt from, so that Python can give back such values; 'text'
            where cells have no type of their own.
    """

    modality: Modality
    task: Task
    metric: str
    classes: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    seed: int = 0
    image_size: tuple[int, ...] = ()
    hop_ms: int = 10
    channels: int = 1
    series_id: str = ""
    time: str = ""
    skewed_target: bool = False
    log_target: bool = True
    monotone: dict[str, int] = field(default_factory=dict)
    explainable: bool = False
    backbone: str = ""
    forecast: Forecast | None = None
    label_type: LabelType = "text"

    @property
    def branched(self) -> bool:
        """Whether a table has columns that networks read by branches of their own: free text, images."""
        return self.modality == "table" and any(column.kind in ("text", "image") for column in self.columns)

    @property
    def outputs(self) -> int:
        """Columns of a prediction: one a class, or one for regression."""
        return max(len(self.classes), 1)


@dataclass(frozen=True)
class Interval:
    """A figure with its 95 % interval, in the metric's natural sign."""

    value: float
    low: float
    high: float
