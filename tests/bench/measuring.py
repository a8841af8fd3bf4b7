"""A run: every subject asked every workload, in turns, for as many rounds as it takes to see what is noise."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from math import sqrt
from pathlib import Path
from statistics import median, quantiles

from tests.bench.client import Client
from tests.bench.cpu import Cost, LostError, Meter
from tests.bench.databases import Databases
from tests.bench.launching import stop
from tests.bench.seed import Size, Told
from tests.bench.subject import Asking, Place, Running, Scenario, Subject
from tests.bench.workloads import alike, rows_of, scenario

DEAR = 3.0
"""The seconds from which on a request is dear: fewer of them have to do."""


class DifferentError(Exception):
    """Two subjects answered the same question differently: what they cost cannot be compared."""


@dataclass
class Measured:
    """What a workload cost one subject, round by round."""

    subject: Subject
    workload: str
    requests: int = 0
    rounds: list[Cost] = field(default_factory=list)

    @property
    def cost(self) -> Cost:
        """The median of the rounds, for server and database each."""
        return Cost(median(cost.server for cost in self.rounds), median(cost.database for cost in self.rounds))

    @property
    def total(self) -> float:
        """The median of the rounds' totals."""
        return median(cost.total for cost in self.rounds)

    def ratio(self, other: "Measured") -> float:
        """Return how many times as dear it is as another: the median of the rounds, which both met alike."""
        return median(self._ratios(other))

    def doubt(self, other: "Measured") -> float:
        """Return how far the true ratio may be from that: the notch of a box plot, a 95 % interval of a median."""
        return 1.57 * _middle(self._ratios(other)) / sqrt(len(self.rounds))

    def _ratios(self, other: "Measured") -> list[float]:
        if len(self.rounds) != len(other.rounds):
            return [cost.total / other.total for cost in self.rounds]
        return [one.total / two.total for one, two in zip(self.rounds, other.rounds, strict=True)]

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, as a share of the median."""
        return _middle([cost.total for cost in self.rounds]) / 2 / self.total


def _middle(values: Sequence[float]) -> float:
    """Return the distance of the quartiles."""
    if len(values) < 2:
        return 0.0
    lower, _, upper = quantiles(values, n=4, method="inclusive")
    return upper - lower


@dataclass
class Started:
    """A subject that runs, and all that it can be asked."""

    subject: Subject
    meter: Meter
    askings: dict[str, Asking]


@contextmanager
def started(
    subjects: Iterable[Subject],
    databases: Databases,
    airflow: str,
    size: Size,
    folder: Path,
    *,
    seeding: Callable[[str], Told] = lambda _minor: lambda _done, _all: None,
    workloads: Sequence[str],
    asked: Scenario | None = None,
) -> Iterator[list[Started]]:
    """Start subjects, each on the database that it needs, and end them all at the end."""
    asked = asked or scenario(size)
    subjects = list(subjects)
    with ExitStack() as stack:
        places = []
        for subject in subjects:
            minor = subject.airflow or airflow
            url = databases.seeded(minor, size, seeding(minor))
            own = folder / subject.name
            own.mkdir(parents=True, exist_ok=True)
            places.append(Place(databases.own(url, subject.name), minor, own))
        found = []
        for subject, running in zip(subjects, _start(subjects, places, stack), strict=True):
            client = Client(running.address, running.headers)
            stack.callback(client.close)
            askings = {name: subject.asks[name](client, asked) for name in workloads if name in subject.asks}
            found.append(Started(subject, Meter(running, partial(databases.backends, subject.name)), askings))
        yield found


def _start(subjects: Sequence[Subject], places: Sequence[Place], stack: ExitStack) -> list[Running]:
    """Start all at once; whatever comes of it, those that run are ended with the stack."""
    with ThreadPoolExecutor(len(subjects) or 1) as threads:
        futures = [threads.submit(subject.start, place) for subject, place in zip(subjects, places, strict=True)]
    for future in futures:
        if future.exception() is None:
            stack.callback(stop, future.result().processes)
    return [future.result() for future in futures]


def compare(subjects: Sequence[Started], workload: str) -> int:
    """Raise DifferentError unless all who can be compared answer as the first does; return the objects of an answer."""
    first, *others = [each for each in subjects if workload in each.askings and workload not in each.subject.unlike]
    answer = first.askings[workload]()
    for other in others:
        told = alike(answer, other.askings[workload](), workload)
        if told:
            raise DifferentError(f"{first.subject.title} and {other.subject.title} differ in {told}")
    return rows_of(answer)


def measure(
    subjects: Sequence[Started],
    workloads: Sequence[str],
    *,
    rounds: int,
    seconds: float,
    step: Callable[[str, str], None] = lambda _workload, _subject: None,
) -> list[Measured]:
    """Measure all in turns: each round asks every workload of every subject, as often as takes so many seconds."""
    found = [
        (Measured(each.subject, workload), each)
        for workload in workloads
        for each in subjects
        if workload in each.askings
    ]
    for measured, each in found:
        step(measured.workload, measured.subject.title)
        measured.requests = _warm(each, measured.workload, seconds)
    for number in range(rounds):
        # A round begins elsewhere each time, so that nobody always follows the same neighbour.
        turn = number * 7 % len(found)
        for measured, each in found[turn:] + found[:turn]:
            step(measured.workload, measured.subject.title)
            dear = measured.requests == 1 and measured.rounds and measured.rounds[0].total > DEAR * 1000
            if not (dear and number >= rounds // 3):
                _round(measured, each)
    return [measured for measured, _ in found]


def _warm(each: Started, workload: str, seconds: float) -> int:
    """Ask until everything that is kept is kept; return how many requests a round takes."""
    ask = each.askings[workload]
    spent: list[float] = []
    least = time.perf_counter() + seconds
    while len(spent) < 8 or time.perf_counter() < least:
        before = time.perf_counter()
        ask()
        spent.append(time.perf_counter() - before)
        if sum(spent) > 3 * DEAR:
            break
    return max(1, min(2000, round(seconds / min(spent))))


def _round(measured: Measured, each: Started) -> None:
    ask = each.askings[measured.workload]
    # The first request after others had their turn finds the caches cold: it is not measured.
    if measured.requests > 1:
        ask()
    for _ in range(3):
        before = each.meter.read()
        for _ in range(measured.requests):
            ask()
        try:
            measured.rounds.append(each.meter.cost(before, each.meter.read(), measured.requests))
        except LostError:
            continue
        return
    raise LostError
