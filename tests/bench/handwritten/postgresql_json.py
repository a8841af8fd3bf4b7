"""The answers as PostgreSQL writes them: one statement each, whose only value is the JSON.

The names of a subselect's columns become those of the JSON, which costs the database a third less than to build each
object from names and values.
"""

from collections.abc import Callable
from datetime import datetime

from tests.bench.handwritten.asking import CURSOR_SEPARATOR, Answer, Answering, Asked, Names, Statement
from tests.bench.handwritten.postgresql_rows import instance_list, latest_of


def _upper(column: str) -> str:
    # The names are ASCII: without a collation this is a table look-up.
    return f'upper({column} COLLATE "C")'


def answers(names: Names) -> dict[str, Answer]:
    """Return the answer of each workload."""
    after = names.run_after
    run = f"""
        run_id AS "runId", {_upper("state")} AS state, {_upper("run_type")} AS "runType",
        {names.logical_date} AS "logicalDate", {after} AS "runAfter",
        start_date AS "startedAt", end_date AS "endedAt" """

    grid = f"""
        SELECT coalesce(json_agg(d), '[]') FROM (
            SELECT dag_id AS "dagId", coalesce(dag_display_name, dag_id) AS "displayName", is_paused AS "isPaused",
                max_active_tasks AS "maxActiveTasks", fileloc, last_parsed_time AS "lastParsedTime",
                (SELECT coalesce(json_agg(r), '[]') FROM (
                    SELECT run_id AS "runId", {_upper("state")} AS state, {_upper("run_type")} AS "runType",
                        {after} AS "runAfter", start_date AS "startedAt", end_date AS "endedAt",
                        (SELECT coalesce(json_agg(t), '[]') FROM (
                            SELECT task_id AS "taskId", map_index AS "mapIndex", {_upper("state")} AS state,
                                try_number AS "tryNumber", start_date AS "startedAt", duration
                            FROM task_instance i WHERE i.dag_id = run.dag_id AND i.run_id = run.run_id
                            ORDER BY task_id, map_index LIMIT $3
                        ) t) AS "taskInstances"
                    FROM dag_run run WHERE run.dag_id = dag.dag_id ORDER BY {after} DESC, id DESC LIMIT $2
                ) r) AS runs
            FROM dag ORDER BY dag_id LIMIT $1
        ) d"""
    home = f"""
        SELECT coalesce(json_agg(d), '[]') FROM (
            SELECT dag_id AS "dagId", (SELECT row_to_json(r) FROM (
                SELECT run_id AS "runId", {_upper("state")} AS state, start_date AS "startedAt", end_date AS "endedAt",
                    (SELECT coalesce(json_agg(c), '[]') FROM (
                        SELECT {_upper("state")} AS state, count(*) AS count FROM task_instance i
                        WHERE i.dag_id = dag.dag_id AND i.run_id = run.run_id
                        GROUP BY i.state ORDER BY count(*) DESC, coalesce(i.state, '')
                    ) c) AS "taskStateCounts"
                FROM {latest_of("dag", after)}
            ) r) AS "latestRun"
            FROM dag ORDER BY dag_id LIMIT $1
        ) d"""
    runs = f"""
        SELECT row_to_json(d) FROM (
            SELECT dag_id AS "dagId", (SELECT coalesce(json_agg(r), '[]') FROM (
                SELECT {run}, extract(epoch FROM end_date - start_date)::float8 AS duration
                FROM dag_run WHERE dag_run.dag_id = dag.dag_id ORDER BY {after} DESC, id DESC LIMIT $2
            ) r) AS runs FROM dag WHERE dag_id = $1
        ) d"""
    # Nobody unpickles in SQL: settings that are not empty are only said to be there.
    listed = (
        instance_list(names)
        .replace(
            "i.executor_config,",
            r"CASE WHEN coalesce(i.executor_config, '\x80057d942e') = '\x80057d942e' THEN '{}' ELSE '...' END "
            "AS executor_config,",
        )
        .replace("fields.rendered_fields::json,", "coalesce(fields.rendered_fields::json, '{}') AS rendered_fields,")
    )
    instances = f"""
        SELECT json_build_object('task_instances', coalesce(json_agg(page), '[]'), 'total_entries',
            (SELECT count(*) FROM task_instance WHERE dag_id = $1 AND run_id = $2)) FROM ({listed}) page"""
    instances = instances.replace(
        """,
            (SELECT count(*) FROM task_instance WHERE dag_id = $1 AND run_id = $2) AS total""",
        "",
    )
    page = f"""
        WITH page AS MATERIALIZED (
            SELECT id, dag_id AS "dagId", {run} FROM dag_run
            WHERE {after} <= $1 AND ({after}, id) < ($1, $2) ORDER BY {after} DESC, id DESC LIMIT $3 + 1
        ), kept AS (SELECT * FROM page LIMIT $3)
        SELECT json_build_object(
            'runs', (SELECT coalesce(json_agg(r), '[]') FROM (
                SELECT "dagId", "runId", state, "runType", "logicalDate", "runAfter", "startedAt", "endedAt" FROM kept
            ) r),
            'hasNextPage', (SELECT count(*) > $3 FROM page),
            'endCursor', (
                SELECT to_json("runAfter") #>> '{{}}' || '{CURSOR_SEPARATOR}' || id
                FROM kept ORDER BY "runAfter", id LIMIT 1
            )
        )"""

    def after_cursor(asked: Asked) -> Statement:
        moment, _, number = asked["after"].partition(CURSOR_SEPARATOR)
        return page, (datetime.fromisoformat(moment), int(number), int(asked["page"]))

    return {
        "W1": _told(lambda asked: (grid, (int(asked["dags"]), int(asked["runs"]), int(asked["tasks"])))),
        "W2": _told(lambda asked: (home, (int(asked["dags"]),))),
        "W3": _told(lambda asked: (runs, (asked["dagId"], int(asked["page"])))),
        "W4": _told(lambda asked: (instances, (asked["dagId"], asked["runId"], int(asked["limit"])))),
        "W5": _told(after_cursor),
    }


def _told(statement: Callable[[Asked], Statement]) -> Answer:
    def answer(asked: Asked) -> Answering:
        found = yield statement(asked)
        return found[0][0] if found else b"null"

    return answer
