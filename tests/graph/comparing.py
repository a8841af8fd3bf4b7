"""One request, answered by the plan and by the reference over the same rows: what each of them says."""

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import GraphQLError, OperationType

from graph.answering import answer
from graph.http.endpoint import _written
from graph.problems import formatted
from resolvers.access.actor import Actor
from resolvers.service import Session
from tests.graph.documents import Asked
from tests.graph.reference import both, execute
from tests.world import SCHEMA, World


@dataclass(frozen=True)
class Fault:
    """An error, without the number of its incident.

    Of a null where none may be it is left out whose fault it is: graphql-core calls it a fault of ours.
    """

    message: str
    path: tuple[str | int, ...] | None
    locations: tuple[tuple[int, int], ...]
    extensions: str


@dataclass(frozen=True)
class Told:
    """An answer: its data as JSON, in whose order the keys stand, and its errors."""

    data: str
    faults: tuple[Fault, ...]

    @classmethod
    def of(cls, data: object, errors: Sequence[GraphQLError] | None) -> "Told":
        """Return what a result tells."""
        return cls(_written(data).decode(), tuple(map(_fault, errors or ())))


def _fault(error: GraphQLError) -> Fault:
    extensions: Any = {}
    if not error.message.startswith("Cannot return null"):
        extensions = {key: value for key, value in formatted(error)["extensions"].items() if key != "incident"}  # type: ignore[attr-defined]
    return Fault(
        error.message,
        None if error.path is None else tuple(error.path),
        tuple((place.line, place.column) for place in error.locations or ()),
        json.dumps(extensions),
    )


def answers(world: World, asked: Asked, actor: Actor | None = None) -> Iterator[tuple[Told, Told]]:
    """Give what the plan and what the reference say to each of the requests for a valid document."""
    prepared = world.documents.prepare(asked.text)
    assert prepared.errors == (), (asked.text, prepared.errors)
    assert prepared.document is not None
    document, operation = prepared.document, prepared.operation(asked.operation)

    def planned(session: Session, variables: dict[str, object]) -> Told:
        told = answer(SCHEMA, prepared, operation, variables, session)
        return Told.of(told.data, told.errors)

    def referred(session: Session, variables: dict[str, object]) -> Told:
        told = execute(document, variables, asked.operation, session)
        return Told.of(told.data, told.errors)

    for given in asked.variables:
        variables = {name: _placed(world, value) for name, value in given.items()}
        with both(world.service, actor or world.actor()) as (leading, following):
            if operation.operation is OperationType.QUERY:
                yield planned(leading, variables), referred(following, variables)
                continue
            with ThreadPoolExecutor(1) as beside:
                reference = beside.submit(referred, following, variables)
                yield planned(leading, variables), reference.result()


def answered(world: World, asked: Asked, actor: Actor | None = None, *, cursors_of: World | None = None) -> list[Told]:
    """Return what the plan alone says to each of the requests for a valid document.

    Cursors are those that an admin is given, in this world or in another.
    """
    prepared = world.documents.prepare(asked.text)
    assert prepared.errors == (), (asked.text, prepared.errors)
    found = []
    for given in asked.variables:
        variables = {name: _placed(cursors_of or world, value) for name, value in given.items()}
        with world.service.session(actor or world.actor()) as session:
            told = answer(SCHEMA, prepared, prepared.operation(asked.operation), variables, session)
            found.append(Told.of(told.data, told.errors))
    return found


def same(world: World, asked: Asked, actor: Actor | None = None) -> list[Told]:
    """Check that the plan and the reference say the same; return what."""
    told = []
    for plan, reference in answers(world, asked, actor):
        assert plan == reference, asked
        told.append(plan)
    return told


def restore(world: World, kept: Path) -> None:
    """Make a world on SQLite what it was when its file was copied."""
    with closing(sqlite3.connect(kept)) as source, closing(sqlite3.connect(file_of(world))) as target:
        source.backup(target)


def copied(world: World, to: Path) -> Path:
    """Return a copy of a world on SQLite, for `restore`."""
    shutil.copyfile(file_of(world), to)
    return to


def file_of(world: World) -> Path:
    """Return the file of a world on SQLite."""
    return Path(str(world.service.engine.url.database))


_CURSORS = """{
  dags { ...d } dagRuns { ...r } taskInstances { ...t } pools { edges { cursor } } variables { edges { cursor } }
  dag(dagId: "etl") { runs { ...r } tasks { instances { ...t } } }
  dagRun(dagId: "etl", runId: "r4") { taskInstances { ...t } }
  pool(name: "narrow") { taskInstances { ...t } }
}
fragment d on DAGConnection { edges { cursor } }
fragment r on DagRunConnection { edges { cursor } }
fragment t on TaskInstanceConnection { edges { cursor } }
"""


_found: dict[str, Mapping[str, Sequence[str]]] = {}


def _cursors(world: World) -> Mapping[str, Sequence[str]]:
    """Return the cursors of a world's lists, by the type and name of the field that is the list."""
    if world.url not in _found:
        told = world.graph(_CURSORS)["data"]
        pages = {f"Query.{name}": told[name] for name in ("dags", "dagRuns", "taskInstances", "pools", "variables")}
        pages["DAG.runs"] = told["dag"]["runs"]
        pages["Task.instances"] = told["dag"]["tasks"][0]["instances"]
        pages["DagRun.taskInstances"] = told["dagRun"]["taskInstances"]
        pages["Pool.taskInstances"] = told["pool"]["taskInstances"]
        _found[world.url] = {name: [edge["cursor"] for edge in page["edges"]] for name, page in pages.items()}
    return _found[world.url]


def _placed(world: World, value: Any) -> object:
    """Return a value with a cursor of the world in the place of one that is told by its list."""
    if not isinstance(value, str) or not value.startswith("@"):
        return value
    name, _, at = value.removeprefix("@").partition(":")
    cursors = _cursors(world).get(name, ())
    return cursors[int(at)] if at.isdigit() and int(at) < len(cursors) else value
