"""What a command is: its name, its parameters, and the function that answers it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.told import Told


class Kind(Enum):
    """What a parameter is on the page, and on Airflow's command line."""

    TEXT = "text"
    BOX = "checkbox"
    FILE = "file"


@dataclass(frozen=True)
class Parameter:
    """A parameter: what it is called and for.

    `place` is its place behind the options, for those that are none. Those that are `told` as a part of another one
    are not told by themselves. What is `idle` is taken, and does nothing, for a reason.
    """

    name: str
    about: str
    kind: Kind = Kind.TEXT
    required: bool = False
    place: int | None = None
    silent: bool = False
    idle: str = ""


@dataclass(frozen=True)
class Command:
    """A command. `has_line` is whether it stands for one of Airflow's command line."""

    name: str
    about: str
    by: Callable[[Asked], Told]
    parameters: tuple[Parameter, ...] = ()
    changes: Callable[[Asked], bool] = lambda _: False
    has_line: bool = True
    posted: bool = False
    # What the line has between its options and what stands behind them.
    further: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the parameters that must be given."""
        return tuple(one.name for one in self.parameters if one.required)


def always(_: Asked) -> bool:
    """Say of a command that it changes something, whatever its parameters are."""
    return True


SUBDIR = Parameter(
    "subdir",
    "File location or directory from which to look for the dag",
    silent=True,
    idle="DAGs are found in the metadata database",
)
DAG = Parameter("dag_id", "The id of the dag", required=True, place=1)
TASK = Parameter("task_id", "The id of the task", required=True, place=2)


def execution_date(place: int) -> Parameter:
    """Return the parameter that names a run by its date."""
    about = "The execution date of the DAG (Example: 2017-01-02T03:04:05)"
    return Parameter("execution_date", about, required=True, place=place)


def box(name: str, about: str, idle: str = "") -> Parameter:
    """Return a parameter that is a box to tick."""
    return Parameter(name, about, Kind.BOX, idle=idle, silent=bool(idle))


def text(name: str, about: str, *, silent: bool = False, idle: str = "") -> Parameter:
    """Return a parameter that is an option with a value."""
    return Parameter(name, about, silent=silent or bool(idle), idle=idle)
