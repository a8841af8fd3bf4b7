"""Choices that a seed makes: names of what there is, most of which belong together, and moments."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from .document import Operation
from .odd import STATES, STRANGE
from .vocabulary import Vocabulary

# What a path, a query or a body says, where it is called otherwise than the vocabulary does.
CALLED = {
    "run_id": "dag_run_id",
    "dataset_uri": "uri",
    "pattern": "dag_id",
    "dag_id_pattern": "dag_id",
    "uri_pattern": "uri",
    "key": "variable_key",
    "tags": "tag",
    "included_events": "event",
    "excluded_events": "event",
    "dag_ids": "dag_id",
    "dag_run_ids": "dag_run_id",
    "task_ids": "task_id",
    "states": "state",
    "logical_date": "execution_date",
}


class Choosing:
    """What is chosen for one request of an operation."""

    def __init__(self, operation: Operation, vocabulary: Vocabulary, random: Random) -> None:
        self.operation = operation
        self.vocabulary = vocabulary
        self.random = random
        self.names = vocabulary.names(random)

    def item(self, name: str, wrong: bool) -> str:
        """Return one of what a name stands for, most often one that is there."""
        random = self.random
        called = CALLED.get(name, name)
        if wrong and random.random() < 0.5:
            return random.choice(STRANGE)
        if called == "state" and random.random() < 0.7:
            return random.choice(STATES)
        if called == "execution_date":
            return self.moment(wrong)
        names = self.names if random.random() < 0.6 else self.vocabulary.names(random)
        value = str(names.get(called, "nothing"))
        if name.endswith("_pattern") and value:
            start = random.randrange(len(value))
            value = value[start : start + random.choice((1, 3, 30))]
            return random.choice((value, value.upper(), "%", "_", value + "%")) if random.random() < 0.4 else value
        return value

    def moment(self, wrong: bool) -> str:
        """Return a moment near to something that happened, in a form that is right or nearly so."""
        random = self.random
        moment = random.choice(self.vocabulary.moments or [datetime(2026, 1, 1, tzinfo=UTC)])
        moment += random.choice(
            (timedelta(), timedelta(), timedelta(seconds=1), timedelta(microseconds=-1), timedelta(days=1))
        )
        right: Sequence[Callable[[datetime], str]] = (
            datetime.isoformat,
            lambda at: at.isoformat().replace("+00:00", "Z"),
            lambda at: (at + timedelta(hours=5, minutes=30)).isoformat().replace("+00:00", "+05:30"),
            lambda at: at.isoformat(timespec="milliseconds"),
        )
        odd: Sequence[Callable[[datetime], str]] = (
            lambda at: at.isoformat().replace("+00:00", ""),
            lambda at: at.date().isoformat(),
            lambda at: at.isoformat(" "),
            lambda at: at.isoformat().replace("T", "t").replace("+00:00", "z"),
            lambda at: at.isoformat().replace("+00:00", "+0000"),
            lambda at: at.isoformat().replace("+", " "),
            lambda at: at.strftime("%Y%m%dT%H%M%SZ"),
            lambda at: str(int(at.timestamp())),
            lambda at: "bogus",
            lambda at: "",
            lambda at: "0001-01-01T00:00:00Z",
            lambda at: "9999-12-31T23:59:59+00:00",
            lambda at: "2024-02-30T00:00:00Z",
            lambda at: "2024-13-45T00:00:00Z",
            lambda at: "2024-01-01T24:00:00Z",
            lambda at: "2024-01-01T00:00:60Z",
            lambda at: "2024-01-01T00:00:00.1234567Z",
            lambda at: "2024-01-01T00:00:00-23:59",
            lambda at: "2024-01-01T00:00:00+24:00",
        )
        return random.choice(odd if wrong else right)(moment)
