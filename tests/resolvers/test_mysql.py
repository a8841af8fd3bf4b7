"""The statements of every kind of plan and of every operation, as MySQL 8 is sent them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from graphql import OperationDefinitionNode, parse
from graphql.execution.values import VariableValues, get_variable_values
from sqlalchemy import ClauseElement, Select, event
from sqlalchemy.dialects import mysql

from graph.planned import ListRoot, OneRoot, Planner
from graph.schema import build_schema
from resolvers.access.actor import Actor, actor_of_role
from resolvers.access.permissions import Permission
from resolvers.access.scopes import Scopes
from resolvers.binding import Order
from resolvers.metadata.airflow2 import AIRFLOW_2
from resolvers.metadata.airflow3 import AIRFLOW_3
from resolvers.metadata.generation import Generation
from resolvers.plan.backend import BACKENDS
from resolvers.plan.cursor import encode_cursor, list_tag
from resolvers.plan.documents import DOCUMENT_STEP
from resolvers.plan.planner import plan_page, plan_selection
from resolvers.plan.sql import Maker
from resolvers.plan.steps import Step
from resolvers.selection import Arguments
from resolvers.settings import Role
from tests.stores import SQLiteStore
from tests.world import World

GENERATIONS = (AIRFLOW_2, AIRFLOW_3)
SCHEMA = build_schema()
DIALECT = mysql.dialect(paramstyle="pyformat")
ANYONE = actor_of_role("tester", Role.ADMIN, method="test")


@dataclass(frozen=True)
class Wanted:
    """The plan of a document with one root field, and what the document says of its lists."""

    step: Step
    given: tuple[Arguments, ...]


def plan_of(generation: Generation, document: str) -> Wanted:
    """Return the plan of a document with one root field, a list or an object by its key."""
    parsed = parse(document)
    [operation] = parsed.definitions
    assert isinstance(operation, OperationDefinitionNode)
    variables = get_variable_values(SCHEMA, operation.variable_definitions or (), {})
    assert isinstance(variables, VariableValues)
    [root] = Planner(SCHEMA, 1000).plan(parsed, operation, variables).roots
    assert isinstance(root, ListRoot | OneRoot)
    given = root.slots.read(variables)
    if isinstance(root, OneRoot):
        return Wanted(plan_selection(generation, root.selection), given)
    own = given[root.own]
    return Wanted(plan_page(generation, root.page), (*given[:-1], replace(own, order=own.order or root.binding.order)))


def selects(generation: Generation, wanted: Wanted, actor: Actor) -> Iterator[Select[tuple[object, ...]]]:
    """Return the statements of a plan: of each step and, where they are asked for, its totals."""
    step = wanted.step
    arguments = Arguments() if step.given is None else wanted.given[step.given]

    def made(step: Step) -> Maker:
        return Maker(generation, BACKENDS["mysql"], step, arguments, Scopes(actor))

    if generation.relation(step.relation).decoded:
        yield made(DOCUMENT_STEP).rows()
    elif step.needs_rows:
        yield made(step).rows()
    for given in step.totals:
        yield made(step).total_of_all() if given is None else made(step).total()
    for child in step.children:
        yield from selects(generation, replace(wanted, step=child.step), actor)


def statements(generation: Generation, document: str, actor: Actor = ANYONE) -> list[str]:
    """Return the statements of a document as MySQL is sent them, in one line each."""
    return [compiled(one) for one in selects(generation, plan_of(generation, document), actor)]


def compiled(statement: ClauseElement) -> str:
    """Return a statement as MySQL is sent it, in one line; (...) stands for the values of an IN."""
    text = re.sub(r"__\[POSTCOMPILE_\w+\]", "...", str(statement.compile(dialect=DIALECT)))
    return re.sub(r"\s+", " ", text)


# The type of keys, in the collation of Airflow's ids.
TEXT = "VARCHAR(512) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin"


def listed(parameter: str) -> str:
    """Return what a column is compared with where it is to be one of many texts."""
    columns = f"ordinal FOR ORDINALITY, k0 {TEXT} PATH '$[0]'"
    return f"SELECT listed.k0 FROM JSON_TABLE(%({parameter})s, '$[*]' COLUMNS ({columns})) AS listed"


@pytest.mark.parametrize("generation", GENERATIONS, ids=["2", "3"])
def test_a_page_is_limited_at_its_end_and_filtered_before(generation: Generation) -> None:
    [page, total] = statements(
        generation,
        '{ dags(first: 5, filter: {isPaused: false, tags: ["a"], dagIdContains: "x_"}) '
        "{ nodes { dagId } totalCount(upTo: 9) } }",
    )

    assert page.endswith("ORDER BY t.dag_id ASC LIMIT %(p3)s")
    assert "lower(t.dag_id) LIKE lower(%(p0)s) ESCAPE '/' AND t.is_paused = %(p1)s" in page
    tagged = "EXISTS (SELECT * FROM dag_tag AS linked WHERE t.dag_id = linked.dag_id AND linked.name"
    assert f"{tagged} IN ({listed('p2')}))" in page
    assert total.startswith("SELECT count(*) AS count_1 FROM (SELECT 1 AS one FROM dag AS t WHERE ")
    assert total.endswith("LIMIT %(p3)s) AS counted")


def test_a_state_of_null_is_asked_for_beside_the_others() -> None:
    [page] = statements(AIRFLOW_3, "{ taskInstances(filter: {state: [null, FAILED]}) { nodes { taskId } } }")

    assert f"WHERE t.state IN ({listed('p0')}) OR t.state IS NULL ORDER BY" in page


def test_the_next_page_begins_behind_a_key_compared_as_a_whole() -> None:
    order = Order(("run_after", "dag_id", "run_id"), descending=True)
    after = encode_cursor(list_tag("dag_run", order), (datetime(2026, 3, 1, tzinfo=UTC), "etl", "run"))

    [page] = statements(AIRFLOW_3, f'{{ dagRuns(after: "{after}") {{ nodes {{ runId }} }} }}')

    assert "(t.run_after, t.dag_id, t.run_id) < (%(p0)s, %(p1)s, %(p2)s)" in page
    assert page.endswith("ORDER BY t.run_after DESC, t.dag_id DESC, t.run_id DESC LIMIT %(p3)s")


def test_objects_by_key_come_from_a_json_table_in_the_collation_of_airflows_ids() -> None:
    [found] = statements(AIRFLOW_3, '{ taskInstance(dagId: "d", runId: "r", taskId: "t") { state } }')

    keys = ", ".join(f"k{at} {TEXT} PATH '$[{at}]'" for at in range(3))
    columns = f"ordinal FOR ORDINALITY, {keys}, k3 INT PATH '$[3]'"
    assert f"FROM JSON_TABLE(%(p0)s, '$[*]' COLUMNS ({columns})) AS parents" in found
    assert "ON t.dag_id = parents.k0 AND t.run_id = parents.k1 AND t.task_id = parents.k2" in found
    assert "AND t.map_index = parents.k3" in found


def test_words_that_mysql_keeps_for_itself_are_quoted() -> None:
    [page] = statements(AIRFLOW_3, "{ variables { nodes { key value } } }")

    assert page.startswith("SELECT t.`key`, t.val, t.is_encrypted FROM variable AS t ORDER BY t.`key` ASC LIMIT")
    for generation in GENERATIONS:
        assert "FROM `trigger`" in compiled(generation.relation("trigger").table.select())
    assert "deadline_alert.`interval`" in compiled(AIRFLOW_3.relation("deadline_alert").table.select())


@pytest.mark.parametrize("generation", GENERATIONS, ids=["2", "3"])
def test_the_first_rows_of_each_parent_come_from_a_lateral_join(generation: Generation) -> None:
    _, runs, counts = statements(
        generation, "{ dags { nodes { dagId runs(first: 3) { nodes { state dag { isPaused } } totalCount } } } }"
    )

    assert re.search(
        r"AS parents INNER JOIN LATERAL \(SELECT .* FROM .*dag_run AS (t|own) .*LEFT OUTER JOIN dag AS t_0 ON .* "
        r"ORDER BY t\.\w+ DESC, t\.run_id DESC LIMIT %\(p1\)s\) AS rows_of_one ON true = 1 LIMIT %\(p2\)s$",
        runs,
    )
    assert re.search(r"WHERE (t|own)\.dag_id = parents\.k0 ", runs)
    # Since 8.0.14 a derived table may see the row around it.
    assert re.search(
        r"^SELECT parents\.ordinal, \(SELECT count\(\*\) AS count_1 FROM \(SELECT 1 AS one FROM dag_run AS t "
        r"WHERE t\.dag_id = parents\.k0 LIMIT %\(p\d\)s\) AS counted\) AS anon_1 FROM JSON_TABLE",
        counts,
    )


def test_counts_and_sums_are_grouped_by_parent() -> None:
    _, counts = statements(AIRFLOW_3, "{ dagRuns { nodes { taskStateCounts { state count } } } }")
    assert counts.startswith("SELECT parents.ordinal, t.state, count(*) AS count_1 FROM JSON_TABLE(")
    assert counts.endswith("GROUP BY parents.ordinal, t.state LIMIT %(p1)s")

    _, slots = statements(AIRFLOW_3, "{ pools { nodes { runningSlots } } }")
    assert slots.startswith("SELECT parents.ordinal, t.state, sum(t.pool_slots) AS sum_1 FROM JSON_TABLE(")
    assert "GROUP BY parents.ordinal, t.state LIMIT" in slots


def test_all_rows_of_each_parent_come_from_a_join() -> None:
    _, tags = statements(AIRFLOW_3, "{ dags { nodes { tags } } }")
    assert re.search(
        r"^SELECT parents\.ordinal, t\.name FROM JSON_TABLE\(.*\) AS parents INNER JOIN dag_tag AS t ", tags
    )
    assert tags.endswith("ON t.dag_id = parents.k0 ORDER BY t.name ASC LIMIT %(p1)s")


def test_the_tasks_of_a_dag_come_from_its_newest_serialized_form() -> None:
    _, documents = statements(AIRFLOW_3, "{ dags { nodes { tasks { taskId } } } }")

    assert (
        "INNER JOIN serialized_dag AS t ON t.dag_id = parents.k0 WHERE t.dag_version_id = (SELECT newest.id"
        in documents
    )
    assert documents.endswith("ORDER BY newest.version_number DESC LIMIT %(param_1)s) LIMIT %(p1)s")


def test_a_missing_start_is_a_moment_and_no_text() -> None:
    [page] = statements(AIRFLOW_3, "{ taskInstances(orderBy: STARTED_AT_ASC) { nodes { taskId } } }")

    assert "ORDER BY coalesce(t.start_date, CAST(%(param_1)s AS DATETIME(6))) ASC" in page


def test_who_sees_some_dags_alone_is_told_of_no_other() -> None:
    seer = Actor("reader", "test", {permission: frozenset({"etl"}) for permission in Permission})

    for statement in statements(AIRFLOW_3, "{ dags { nodes { latestRun { state } tags } } }", seer):
        assert re.search(r"(t|own)\.dag_id IN \(SELECT listed\.k0 FROM JSON_TABLE\(%\(p\d\)s, ", statement)


CHANGES = (
    'pauseDag(dagId: "etl") { dagId }',
    'setDagsPaused(input: {dagIds: ["etl"], isPaused: false}) { __typename }',
    'reparseDag(dagId: "etl") { dagId }',
    'triggerDag(input: {dagId: "etl", runId: "asked", conf: {n: 1}, note: "why"}) { dagRun { runId } }',
    'setTaskInstanceNote(input: {dagId: "etl", runId: "old", taskId: "load", note: "x"}) { note }',
    'setDagRunNote(input: {dagId: "etl", runId: "old", note: "x"}) { note }',
    'clearTaskInstances(input: {dagId: "etl", tasks: [{taskId: "load"}], dryRun: false}) { __typename }',
    'clearDagRun(input: {dagId: "etl", runId: "old", dryRun: false}) { __typename }',
    'setTaskInstanceState(input: {dagId: "etl", runId: "old", taskId: "load", state: SUCCESS}) { __typename }',
    'setDagRunState(input: {dagId: "etl", runId: "old", state: FAILED}) { runId }',
    'deleteDagRun(dagId: "etl", runId: "old")',
    'createPool(input: {name: "p", slots: 3}) { name }',
    'updatePool(input: {name: "p", slots: 4}) { slots }',
    'deletePool(name: "p")',
    'setVariable(input: {key: "k", value: "v"}) { key }',
    'updateVariable(input: {key: "k", value: "w"}) { key }',
    'deleteVariable(key: "k")',
)


@pytest.fixture(params=["2.11", "3.3"])
def etl(request: pytest.FixtureRequest, sqlite_store: SQLiteStore) -> Iterator[World]:
    """Return a world with a DAG, a run of it that failed, and what hangs on it."""
    world = World.open(sqlite_store.database(request.param), request.param)
    world.dag("etl", {"extract": ["load"], "load": []})
    world.run("etl", "old", state="failed")
    world.task_instance("etl", "old", "extract", "success")
    world.task_instance("etl", "old", "load", "failed")
    yield world
    world.close()


def test_no_operation_sends_what_mysql_refuses(etl: World) -> None:
    sent: list[str] = []

    @event.listens_for(etl.service.engine, "before_execute")
    def remember(connection: object, statement: ClauseElement, *_: object) -> None:
        del connection
        if isinstance(statement, ClauseElement):
            sent.append(compiled(statement))

    for change in CHANGES:
        etl.data(f"mutation {{ {change} }}")

    changes = [statement for statement in sent if statement.startswith(("INSERT", "UPDATE", "DELETE"))]
    assert {statement.split()[0] for statement in changes} == {"INSERT", "UPDATE", "DELETE"}
    for statement in changes:
        assert "RETURNING" not in statement
        # Error 1093: what is changed cannot be read by the same statement.
        if changed := re.match(r"(?:UPDATE|DELETE FROM) (\S+) (.*)", statement):
            assert f"FROM {changed[1]} " not in changed[2], statement
