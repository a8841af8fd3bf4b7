"""What lists cost in databases that grow: an order or a filter that no index serves says so, and no other does."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    assert_enum_type,
    assert_input_object_type,
    assert_object_type,
    get_named_type,
)
from sqlalchemy import func, make_url, select

from graph.arguments import DEFINITION
from graph.types.base import MATCH
from resolvers.binding import Match, Operator
from tests.bench.seed import Size, dag_ids, fill
from tests.graph.explaining import Explainer, explaining
from tests.graph.walking import lists
from tests.stores import PostgreSQLStore
from tests.world import SCHEMA, World

SIZE = Size(dags=50, runs=20)
"""1,000 runs and 20,500 task instances: enough for PostgreSQL to prefer an index wherever there is one."""

TABLES = {"DagRun": "dag_run", "TaskInstance": "task_instance", "EventLog": "log", "XCom": "xcom", "Job": "job"}
"""The types whose tables grow with time. Of others there are as many rows as somebody has written files or words."""

OLDER = 9
"""How many further runs there are for each of these, older and without task instances."""

PAGE = 10
DAG_ID = dag_ids(SIZE)[35]

# The share of a table that counts as all of it, and the one that a page may read of it.
_ALL, _FEW = 0.9, 0.1

# Lists by the document that asks for them, whatever arguments they are given.
ROOTS = {"dagRuns": "DagRun", "taskInstances": "TaskInstance", "eventLogs": "EventLog", "xcoms": "XCom", "jobs": "Job"}
NESTED = {
    ("DAG", "latestRun"): "dags(first: 3) { nodes { it: latestRun%s { runId } } }",
    ("DAG", "runs"): "dags(first: 3) { nodes { it: runs%s { nodes { runId } } } }",
    ("DAG", "eventLogs"): "dags(first: 3) { nodes { it: eventLogs%s { nodes { id } } } }",
    ("DAG", "runStateCounts"): "dags(first: 3) { nodes { it: runStateCounts%s { count } } }",
    (
        "DagRun",
        "taskInstances",
    ): "dagRuns(first: 10, orderBy: ID_ASC) { nodes { it: taskInstances%s { nodes { id } } } }",
    ("DagRun", "taskStateCounts"): "dagRuns(first: 10, orderBy: ID_ASC) { nodes { it: taskStateCounts%s { count } } }",
    ("DagRun", "xcoms"): "dagRuns(first: 10, orderBy: ID_ASC) { nodes { it: xcoms%s { nodes { id } } } }",
    ("TaskInstance", "xcoms"): "taskInstances(first: 10) { nodes { it: xcoms%s { nodes { id } } } }",
    ("Task", "instances"): f'dag(dagId: "{DAG_ID}") {{ tasks {{ it: instances%s {{ nodes {{ id }} }} }} }}',
}
# How many rows the parents in these documents have at most. For counts PostgreSQL may read the table as a whole, once,
# which is right where the parents' rows are on most of its pages; otherwise that would be a walk in search of them.
RUNS = SIZE.dags * SIZE.runs * (OLDER + 1)
BELOW = {
    ("DAG", "latestRun"): RUNS * 4 // SIZE.dags,
    ("DAG", "runs"): RUNS * 4 // SIZE.dags,
    ("DAG", "eventLogs"): SIZE.task_instances * 4 // SIZE.dags,
    ("DAG", "runStateCounts"): RUNS + SIZE.dags,
    ("DagRun", "taskInstances"): 2 * PAGE * 22,
    ("DagRun", "taskStateCounts"): 2 * PAGE * 22,
    ("DagRun", "xcoms"): 2 * PAGE * 22,
    ("TaskInstance", "xcoms"): 2 * PAGE,
    ("Task", "instances"): 22 * SIZE.runs,
}


def _orders(root: str) -> GraphQLEnumType:
    return assert_enum_type(SCHEMA.type_map[f"{ROOTS[root]}Order"])


def _filter(root: str) -> GraphQLInputObjectType:
    return assert_input_object_type(SCHEMA.type_map[f"{ROOTS[root]}Filter"])


def _field(type_: str, name: str) -> GraphQLField:
    found: GraphQLField = assert_object_type(SCHEMA.type_map[type_]).fields[name]
    return found


@pytest.fixture(scope="module", params=["2.11", "3.3"])
def grown(request: pytest.FixtureRequest, postgresql_store: PostgreSQLStore) -> Iterator[Explainer]:
    """Return an explainer of a database with some history, and with what is rare in it."""
    minor: str = request.param
    name = f"grown_{minor.replace('.', '_')}"
    with psycopg.connect(postgresql_store.server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0".encode())
    url = make_url(postgresql_store.server).set(database=name).render_as_string(hide_password=False)
    fill(url, minor, SIZE)
    with explaining(url, minor) as explainer:
        _add_what_is_rare(explainer.world)
        _add_older_runs(explainer.connection)
        _add_events(explainer.connection)
        _add_xcoms(explainer.connection)
        _add_jobs(explainer.connection)
        explainer.connection.execute("VACUUM ANALYZE")
        yield explainer


def _add_what_is_rare(world: World) -> None:
    """Add a DAG that last ran long ago, and a pool and a queue that few use."""
    world.dag("agency_idle")
    world.run("agency_idle", "long_ago", day=-3000, id=1_000_000)
    world.insert("pool", {"pool": "narrow", "slots": 3, "include_deferred": False})
    for number in range(10):
        world.task_instance("agency_idle", "long_ago", f"task{number}", pool="narrow", queue="slow", operator="Odd")


def _add_older_runs(connection: psycopg.Connection) -> None:
    """Add nine older runs for each, without task instances: so few pages as those of the first are read as a whole."""
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'dag_run' AND column_name <> 'id'"
    )
    older = {"run_id": "run_id || '_' || n", "state": "'success'"} | {
        date: f"{date} - n * interval '600 days'" for date in ("run_after", "logical_date", "execution_date")
    }
    columns = {str(name): older.get(name) or str(name) for (name,) in found}
    connection.execute(
        f"INSERT INTO dag_run ({', '.join(columns)}) "
        f"SELECT {', '.join(columns.values())} FROM dag_run, generate_series(1, {OLDER}) AS n".encode()
    )


def _add_events(connection: psycopg.Connection) -> None:
    """Add an event for each task instance, and few of a kind and an owner of their own."""
    connection.execute(
        b"INSERT INTO log (dttm, event, owner, dag_id, task_id, run_id, map_index, try_number) "
        b"SELECT timestamptz '2026-01-01' + row_number() OVER (ORDER BY run_id, task_id) * interval '1 minute', "
        b"CASE WHEN pool = 'narrow' THEN 'trigger' ELSE 'success' END, "
        b"CASE WHEN pool = 'narrow' THEN 'ada' ELSE 'airflow' END, "
        b"dag_id, task_id, run_id, map_index, CASE WHEN pool = 'narrow' THEN 7 ELSE 1 END "
        b"FROM task_instance ORDER BY run_id, task_id"
    )


def _add_xcoms(connection: psycopg.Connection) -> None:
    """Let every task instance leave what it returned, and a few a word beside it."""
    for key, condition in (("return_value", "true"), ("word", "t.queue = 'slow'")):
        connection.execute(
            "INSERT INTO xcom (dag_run_id, dag_id, run_id, task_id, map_index, key, value, timestamp) "
            f"SELECT r.id, t.dag_id, t.run_id, t.task_id, t.map_index, '{key}', '1', now() FROM task_instance t "
            f"JOIN dag_run r ON r.dag_id = t.dag_id AND r.run_id = t.run_id WHERE {condition}".encode()
        )


def _add_jobs(connection: psycopg.Connection) -> None:
    """Let a job have run each task instance, as in Airflow 2, and a scheduler them all."""
    connection.execute(
        b"INSERT INTO job (dag_id, state, job_type, start_date, latest_heartbeat, hostname) "
        b"SELECT dag_id, CASE WHEN pool = 'narrow' THEN 'failed' ELSE 'success' END, 'LocalTaskJob', moment, moment, "
        b"CASE WHEN pool = 'narrow' THEN 'narrow' ELSE 'wide' END FROM (SELECT *, timestamptz '2026-01-01' + "
        b"row_number() OVER (ORDER BY run_id, task_id) * interval '1 minute' AS moment FROM task_instance) AS ran "
        b"ORDER BY moment"
    )
    connection.execute(
        b"INSERT INTO job (state, job_type, start_date, latest_heartbeat, hostname) "
        b"VALUES ('running', 'SchedulerJob', '2026-01-01Z', now(), 'wide')"
    )


@pytest.mark.parametrize("root", ROOTS)
def test_an_order_says_whether_an_index_serves_it(grown: Explainer, root: str) -> None:
    orders = _orders(root)

    told = {name: _says(grown, value.description) for name, value in orders.values.items()}
    found = {name: _reads_all(grown, root, _page(root, orderBy=orders.name), orderBy=name) for name in orders.values}

    assert told == found
    assert not all(found.values())


@pytest.mark.parametrize("root", ROOTS)
def test_a_list_says_whether_an_index_serves_its_usual_order(grown: Explainer, root: str) -> None:
    assert _says(grown, _field("Query", root).description) == _reads_all(grown, root, _page(root))


@pytest.mark.parametrize(
    ("root", "field"),
    [(root, field) for root in ROOTS for field in _filter(root).fields],
)
def test_a_filter_says_whether_an_index_serves_it(grown: Explainer, root: str, field: str) -> None:
    filter_ = _filter(root)
    order = _served_order(grown, root)
    document = _page(root, filter=filter_.name, orderBy=_orders(root).name)
    values = list(_values(grown, root, filter_.fields[field]))

    def reads_all(**beside: object) -> bool:
        # Some values are found soon in a walk through everything, others never.
        return any(_reads_all(grown, root, document, filter={field: one, **beside}, orderBy=order) for one in values)

    description = filter_.fields[field].description
    assert _says(grown, description) == reads_all()
    if "`dagId`" in (description or ""):
        assert not reads_all(dagId=[DAG_ID])


def test_every_list_of_a_table_that_grows_is_examined() -> None:
    found = {
        (type_.name, name)
        for type_ in SCHEMA.type_map.values()
        for name, field in getattr(type_, "fields", {}).items()
        if isinstance(field, GraphQLField) and "filter" in field.args and _listed(field) in TABLES
    }

    assert found == {("Query", root) for root in ROOTS} | NESTED.keys() | {("Pool", "taskInstances")}


@pytest.mark.parametrize(("type_", "name"), NESTED)
def test_a_nested_list_reads_no_rows_but_those_of_its_parents(grown: Explainer, type_: str, name: str) -> None:
    field = _field(type_, name)
    table = TABLES[_listed(field)]
    inner = NESTED[type_, name]
    asked: list[tuple[dict[str, object], str]] = [({}, "")]
    if "orderBy" in field.args:
        orders = assert_enum_type(get_named_type(field.args["orderBy"].type))
        asked += [({"o": order}, f"$o: {orders.name}") for order in orders.values]
    filter_ = assert_input_object_type(get_named_type(field.args["filter"].type))
    root = next(root for root, listed in ROOTS.items() if listed == _listed(field))
    for condition, one in filter_.fields.items():
        asked += [({"f": {condition: value}}, f"$f: {filter_.name}") for value in _values(grown, root, one)]

    for variables, declared in asked:
        arguments = [*(["first: 10"] if "first" in field.args else [])]
        arguments += [{"o": "orderBy: $o", "f": "filter: $f"}[key] for key in variables]
        document = inner % (f"({', '.join(arguments)})" if arguments else "")
        document = f"query {f'({declared})' if declared else ''} {{ {document} }}"
        read = grown.cost(document, **variables).rows[table]
        assert read <= BELOW[type_, name], (variables, read)


def test_the_task_instances_of_a_pool_say_that_any_number_may_be_read(grown: Explainer) -> None:
    description = _field("Pool", "taskInstances").description

    assert _says(grown, description)
    assert _reads_all(grown, "taskInstances", "{ pools { nodes { taskInstances(first: 10) { nodes { id } } } } }")


def test_occupancy_reads_the_task_instances_that_take_slots_alone(grown: Explainer) -> None:
    cost = grown.cost("{ pools { nodes { runningSlots queuedSlots openSlots } } }")

    assert cost.rows["task_instance"] < _FEW * _table(grown, "taskInstances")


def test_a_count_reads_no_further_than_its_limit(grown: Explainer) -> None:
    cost = grown.cost("{ taskInstances { totalCount(upTo: 100) } dagRuns { totalCount(upTo: 100) } }")

    assert cost.rows == {"task_instance": 100, "dag_run": 100}


@pytest.mark.parametrize("root", ROOTS)
def test_a_page_costs_the_same_at_any_depth(grown: Explainer, root: str) -> None:
    order = _served_order(grown, root)
    document = (
        f"query ($first: Int!, $after: String, $o: {_orders(root).name}) {{ "
        f"{root}(first: $first, after: $after, orderBy: $o) {{ nodes {{ id }} pageInfo {{ endCursor }} }} }}"
    )
    after = None
    for _ in range(round(_table(grown, root) * 0.9 / 1000) or 1):
        first = min(1000, round(_table(grown, root) * 0.9))
        page = grown.world.data(document, first=first, after=after, o=order)[root]
        after = page["pageInfo"]["endCursor"]

    cost = grown.cost(document, first=PAGE, after=after, o=order)

    assert cost.rows[TABLES[ROOTS[root]]] < _FEW * _table(grown, root)


def test_every_statement_ends_with_what_the_answer_may_still_take(grown: Explainer) -> None:
    statements = [
        statement for _, document in lists(SCHEMA, depth=3) for statement in grown.world.graph(document)["statements"]
    ]

    # One row for each parent says how many there are; what is counted has its own limit.
    counts = [statement for statement in statements if "AS counted" in statement]
    others = [statement for statement in statements if "AS counted" not in statement]
    assert len(counts) > 5
    assert len(others) > 20
    assert all(re.search(r"LIMIT \S+\) AS counted", statement) for statement in counts)
    assert [statement for statement in others if not re.search(r"LIMIT \S+\Z", statement)] == []


# What is asked, and what is made of the answer.


def _page(root: str, **types: str) -> str:
    """Return a document for the first page of a list with arguments of these types."""
    declared = f"({', '.join(f'${name}: {type_}' for name, type_ in types.items())})" if types else ""
    given = "".join(f", {name}: ${name}" for name in types)
    return f"query {declared} {{ {root}(first: {PAGE}{given}) {{ nodes {{ id }} }} }}"


def _says(grown: Explainer, description: str | None) -> bool:
    """Whether a description warns of reading everything, in this Airflow."""
    told = description or ""
    return "No index serves this" in told or (
        grown.world.generation.number == 2 and "In Airflow 2 no index serves this" in told
    )


def _reads_all(grown: Explainer, root: str, document: str, **variables: object) -> bool:
    """Whether a page reads all of its table; it reads all or little."""
    share = grown.cost(document, **variables).rows[TABLES[ROOTS[root]]] / _table(grown, root)
    return share >= _ALL


def _table(grown: Explainer, root: str) -> int:
    """Return how many rows the table of a list has."""
    [(count,)] = grown.connection.execute(f"SELECT count(*) FROM {TABLES[ROOTS[root]]}".encode()).fetchall()
    return int(count)


def _served_order(grown: Explainer, root: str) -> str:
    """Return the first order that an index serves: in another, all is read whatever the filter."""
    values = _orders(root).values
    names = (str(name) for name, value in values.items() if not _says(grown, value.description))
    return next(names)


def _listed(field: GraphQLField) -> str:
    """Return the type of the rows that a list, a first row or counts are of."""
    name: str = get_named_type(field.args["filter"].type).name
    return name.removesuffix("Filter")


def _values(grown: Explainer, root: str, field: GraphQLInputField) -> Iterator[Any]:
    """Give values of a condition that few rows have, that most have, and that none has."""
    match: Match = field.extensions[DEFINITION].metadata[MATCH]
    relation = grown.world.generation.relation(TABLES[ROOTS[root]])
    column = relation.expression(match.column, relation.table)
    counted = select(column, func.count()).select_from(relation.table).group_by(column).order_by(func.count())
    with grown.world.service.engine.connect() as connection:
        values = [value for value, _ in connection.execute(counted) if value is not None]
    if match.operator not in (Operator.IN, Operator.NOT_IN):
        moments = sorted(value for value in values if isinstance(value, datetime))
        for moment in (moments[0], moments[len(moments) // 2], moments[-1]):
            yield moment.isoformat()
        yield (moments[0] - timedelta(days=1)).isoformat()
        yield (moments[-1] + timedelta(days=1)).isoformat()
        return
    type_ = get_named_type(field.type)
    if not isinstance(type_, GraphQLEnumType):
        yield from ([values[0]], [values[-1]], [987_654 if type_.name == "Int" else "nobody"])
        return
    names = {getattr(told.value, "value", told.value): name for name, told in type_.values.items()}
    yield from ([names[values[0]]], [names[values[-1]]])
    yield from ([name] for value, name in names.items() if value not in values)
