"""A reader of one DAG is told nothing of the others through any row: each answers as if there were no others."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.rest.body import Body, Property
from graph.rest.params import Kind, Parameter
from graph.rest.rows import Page, Row
from resolvers.access.actor import Actor
from tests.graph.comparing import copied, restore
from tests.graph.test_reference import MANY, examples
from tests.graph.two_worlds import EVERYBODY, MINE, OTHERS, TwoWorlds, opened, timeless, two_worlds, unmarked
from tests.rest.test_permissions import ROWS, ask

# What reads, and may be asked of a world that nobody may change.
READS = [(prefix, row) for prefix, row in ROWS if row.method == "GET" or row.path.endswith("/list")]
# By names: the rows themselves would make a strategy's description longer than Hypothesis writes any.
ASKED = {"reads": READS, "changes": [place for place in ROWS if place not in READS]}
# What is stored encrypted is ordered as it is stored, which is another text each time that it is written.
UNORDERLY = {("/variables", "value")}
WHO = st.sampled_from(sorted(EVERYBODY))
CHANGING = st.sampled_from(["editor", "editor", "editor", "keeper"])

# A request to a row: method, address, and body.
Sent = tuple[str, str, object]
Kept = tuple[TwoWorlds, list[Path]]

_DAGS = st.sampled_from([MINE, MINE, MINE, *OTHERS, "nope", "~"])
_TEXTS = st.sampled_from(
    [
        MINE,
        *OTHERS,
        "r0",
        "r1",
        "r4",
        "load",
        "extract",
        "narrow",
        "plain",
        "daily",
        "e",
        "%",
        "_",
        "foreign",
        "",
        "é",
        "'",
    ]
)
_NAMED: dict[str, st.SearchStrategy[Any]] = {
    "dag_id": _DAGS,
    "dag_ids": st.lists(_DAGS, max_size=3),
    "dag_id_pattern": st.sampled_from(["e", "m%", "%p%", "foreign", "~", ""]),
    "dag_run_id": st.sampled_from(["r0", "r1", "r2", "r4", "~", "nope"]),
    "run_id": st.sampled_from(["r0", "r1", "r2", "r4", "nope"]),
    "task_id": st.sampled_from(["load", "extract", "tail", "nope"]),
    "pool_name": st.sampled_from(["narrow", "default_pool", "nope"]),
    "variable_key": st.sampled_from(["plain", "encrypted", "nope"]),
    "map_index": st.sampled_from([0, 1]),
    "limit": st.integers(0, 6),
    "offset": st.integers(0, 6),
    "state": st.sampled_from(["success", "failed", "queued"]),
    "tags": st.lists(st.sampled_from(["daily", "attribute", "nope"]), min_size=1, max_size=2),
}
_MOMENTS = [f"2026-03-0{day}T00:00:00+00:00" for day in range(1, 8)]


def values(name: str, kind: Kind, among: tuple[object, ...] = ()) -> st.SearchStrategy[Any]:
    """Return values of a parameter, or of a property of a body."""
    if among:
        return st.sampled_from(among)
    if name in _NAMED and kind is not Kind.LIST:
        return _NAMED[name]
    match kind:
        case Kind.INTEGER:
            return st.integers(0, 6)
        case Kind.NUMBER:
            return st.sampled_from([0.0, 864.0, 900.0])
        case Kind.BOOLEAN:
            return st.booleans()
        case Kind.MOMENT:
            return st.sampled_from(_MOMENTS)
        case Kind.LIST:
            return _NAMED.get(name, st.lists(_TEXTS, min_size=1, max_size=3))
        case Kind.OBJECT:
            return st.just({"a": {"token": "x"}})
    return _TEXTS


def query_of(draw: st.DrawFn, row: Row) -> dict[str, object]:
    """Return parameters for a row: those that it needs, and few of the others."""
    needed = [one for one in row.query if one.required]
    others = [one for one in row.query if not one.required]
    chosen: list[Parameter] = draw(st.lists(st.sampled_from(others), max_size=3, unique=True)) if others else []
    told = {one.name: draw(values(one.name, one.kind)) for one in [*needed, *chosen]}
    if "order_by" in told and isinstance(row, Page):
        sign = draw(st.sampled_from(["", "-"]))
        names = [name for name in sorted(row.sorting.columns) if (row.path, name) not in UNORDERLY]
        told["order_by"] = sign + draw(st.sampled_from(names))
    if "fields" in told and isinstance(row, Page):
        names = [wanted.key for wanted in row.codec.wanted]
        told["fields"] = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
    return told


def body_of(draw: st.DrawFn, body: Body) -> dict[str, object]:
    """Return a body for a row: what it needs, and few of its other properties."""
    given = [one for one in body.properties if not one.read_only]
    needed = [one for one in given if one.required or one.name in body.required]
    others = [one for one in given if one not in needed]
    chosen: list[Property] = draw(st.lists(st.sampled_from(others), max_size=4, unique=True)) if others else []
    return {one.name: draw(values(one.name, one.kind, one.among)) for one in [*needed, *chosen]}


@st.composite
def requests(draw: st.DrawFn, kind: str) -> Sent:
    """Return a request to one of the rows of this kind."""
    prefix, row = draw(st.sampled_from(ASKED[kind]))
    path = row.path
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        told = draw(values(name.partition(":")[0], Kind.TEXT))
        path = before + quote(str(told) or "x", safe="~") + after
    query = {
        name: ",".join(map(str, told)) if isinstance(told, list) else told for name, told in query_of(draw, row).items()
    }
    return row.method, f"{prefix}{path}?{urlencode(query)}", body_of(draw, row.body) if row.body else None


@pytest.fixture(scope="module", params=["2.11-sqlite", "3.3-sqlite", "2.11-postgresql", "3.3-postgresql"])
def read(request: pytest.FixtureRequest) -> Iterator[TwoWorlds]:
    """Return two worlds that nobody may change."""
    with two_worlds(request, request.param) as worlds:
        yield worlds


@pytest.fixture(scope="module", params=["2.11-sqlite", "3.3-sqlite"])
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """Return two worlds that are changed, and copies of them from before."""
    with two_worlds(request, request.param) as worlds:
        yield worlds, [copied(world, tmp_path_factory.mktemp("kept") / "world.db") for world in worlds]


def alike(worlds: TwoWorlds, sent: Sent, actor: Actor) -> int:
    """Check that both worlds answer the same, and nothing of others; return the status."""
    crowded, alone = (ask(world, actor, *sent) for world in worlds)
    unmarked(opened(crowded.text), actor)
    assert crowded.status_code == alone.status_code, (sent, crowded.text, alone.text)
    assert told(sent, crowded.text) == told(sent, alone.text), sent
    return crowded.status_code


def told(sent: Sent, text: str) -> str:
    """Return what an answer tells, without what no two Airflows tell alike.

    The experimental API tells the numbers of runs, as it always has: they are counted over all DAGs.
    """
    numbered = sent[1].startswith("/api/experimental")
    return timeless(opened(re.sub(r'"id": ?\d+', '"id"', text) if numbered else text))


def changed_alike(kept: Kept, sent: Sent, actor: Actor) -> None:
    """Check that both worlds answer a change the same, each as it was before."""
    worlds, copies = kept
    for world, copy in zip(worlds, copies, strict=True):
        restore(world, copy)
    alike(worlds, sent, actor)


@examples(40)
@given(sent=requests("reads"), who=WHO)
def test_any_row_is_read_as_if_there_were_no_others(read: TwoWorlds, sent: Sent, who: str) -> None:
    assert alike(read, sent, EVERYBODY[who]) < 500


@examples(40)
@given(sent=requests("changes"), who=CHANGING)
def test_any_change_is_answered_as_if_there_were_no_others(kept: Kept, sent: Sent, who: str) -> None:
    changed_alike(kept, sent, EVERYBODY[who])


@pytest.mark.slow
@examples(MANY * 2)
@given(sent=requests("reads"), who=WHO)
def test_many_more_reads_are_answered_as_if_there_were_no_others(read: TwoWorlds, sent: Sent, who: str) -> None:
    alike(read, sent, EVERYBODY[who])


@pytest.mark.slow
@examples(MANY * 2)
@given(sent=requests("changes"), who=CHANGING)
def test_many_more_changes_are_answered_as_if_there_were_no_others(kept: Kept, sent: Sent, who: str) -> None:
    changed_alike(kept, sent, EVERYBODY[who])
