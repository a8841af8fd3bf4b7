"""The answers out of PostgreSQL's rows: one statement a level, dictionaries, orjson."""

import pickle
from datetime import datetime
from typing import Any

import orjson

from tests.bench.handwritten.asking import CURSOR_SEPARATOR, EMPTY_PICKLE, UPPER, Answer, Answering, Asked, Names


def answers(names: Names) -> dict[str, Answer]:
    """Return the answer of each workload."""
    after = names.run_after

    dags = """
        SELECT dag_id, coalesce(dag_display_name, dag_id), is_paused, max_active_tasks, fileloc, last_parsed_time
        FROM dag ORDER BY dag_id LIMIT $1"""
    runs = f"""
        SELECT parent.n, run.* FROM unnest($1::text[]) WITH ORDINALITY parent(dag_id, n) CROSS JOIN LATERAL (
            SELECT run_id, state, run_type, {after}, start_date, end_date FROM dag_run
            WHERE dag_run.dag_id = parent.dag_id ORDER BY {after} DESC, id DESC LIMIT $2
        ) run"""
    instances = """
        SELECT parent.n, instance.*
        FROM unnest($1::text[], $2::text[]) WITH ORDINALITY parent(dag_id, run_id, n) CROSS JOIN LATERAL (
            SELECT task_id, map_index, state, try_number, start_date, duration FROM task_instance i
            WHERE i.dag_id = parent.dag_id AND i.run_id = parent.run_id ORDER BY task_id, map_index LIMIT $3
        ) instance"""

    def grid(asked: Asked) -> Answering:
        found = yield dags, (int(asked["dags"]),)
        ids = [row[0] for row in found]
        answer = [
            {
                "dagId": dag_id,
                "displayName": name,
                "isPaused": paused,
                "maxActiveTasks": tasks,
                "fileloc": fileloc,
                "lastParsedTime": parsed,
                "runs": [],
            }
            for dag_id, name, paused, tasks, fileloc, parsed in found
        ]
        inside: list[list[Any]] = [dag["runs"] for dag in answer]
        found = yield runs, (ids, int(asked["runs"]))
        dag_ids, run_ids, within = [], [], []
        for n, run_id, state, run_type, due, start, end in found:
            own: list[Any] = []
            dag_ids.append(ids[n - 1])
            run_ids.append(run_id)
            within.append(own)
            inside[n - 1].append(
                {
                    "runId": run_id,
                    "state": UPPER[state],
                    "runType": UPPER[run_type],
                    "runAfter": due,
                    "startedAt": start,
                    "endedAt": end,
                    "taskInstances": own,
                }
            )
        found = yield instances, (dag_ids, run_ids, int(asked["tasks"]))
        upper = UPPER
        for n, task_id, map_index, state, tries, start, duration in found:
            within[n - 1].append(
                {
                    "taskId": task_id,
                    "mapIndex": map_index,
                    "state": upper[state],
                    "tryNumber": tries,
                    "startedAt": start,
                    "duration": duration,
                }
            )
        return orjson.dumps(answer)

    home_rows = f"""
        SELECT d.dag_id, run.run_id, run.state, run.start_date, run.end_date, counted.state, counted.number
        FROM (SELECT dag_id FROM dag ORDER BY dag_id LIMIT $1) d
        LEFT JOIN LATERAL (
            SELECT run_id, state, start_date, end_date FROM {latest_of("d", after)}
        ) run ON true
        LEFT JOIN LATERAL (
            SELECT state, count(*) AS number FROM task_instance i
            WHERE i.dag_id = d.dag_id AND i.run_id = run.run_id GROUP BY state
        ) counted ON true
        ORDER BY d.dag_id, counted.number DESC, coalesce(counted.state, '')"""

    def home(asked: Asked) -> Answering:
        found = yield home_rows, (int(asked["dags"]),)
        answer: list[dict[str, Any]] = []
        last: str | None = None
        counts: list[dict[str, Any]] = []
        for dag_id, run_id, state, start, end, counted, number in found:
            if dag_id != last:
                last, counts = dag_id, []
                run = {
                    "runId": run_id,
                    "state": UPPER[state],
                    "startedAt": start,
                    "endedAt": end,
                    "taskStateCounts": counts,
                }
                answer.append({"dagId": dag_id, "latestRun": run if run_id is not None else None})
            if number is not None:
                counts.append({"state": UPPER[counted], "count": number})
        return orjson.dumps(answer)

    runs_rows = f"""
        SELECT d.dag_id, run.* FROM dag d LEFT JOIN LATERAL (
            SELECT run_id, state, run_type, {names.logical_date}, {after}, start_date, end_date FROM dag_run
            WHERE dag_run.dag_id = d.dag_id ORDER BY {after} DESC, id DESC LIMIT $2
        ) run ON true WHERE d.dag_id = $1"""

    def runs_of_dag(asked: Asked) -> Answering:
        found = yield runs_rows, (asked["dagId"], int(asked["page"]))
        if not found:
            return b"null"
        listed = [
            {
                "runId": run_id,
                "state": UPPER[state],
                "runType": UPPER[run_type],
                "logicalDate": logical,
                "runAfter": due,
                "startedAt": start,
                "endedAt": end,
                "duration": None if start is None or end is None else (end - start).total_seconds(),
            }
            for _, run_id, state, run_type, logical, due, start, end in found
            if run_id is not None
        ]
        return orjson.dumps({"dagId": found[0][0], "runs": listed})

    list_rows = instance_list(names)

    def instance_page(asked: Asked) -> Answering:
        found = yield list_rows, (asked["dagId"], asked["runId"], int(asked["limit"]))
        if not found:
            return b'{"task_instances":[],"total_entries":0}'
        listed = [
            {
                "dag_id": row[0],
                "task_id": row[1],
                "map_index": row[2],
                "rendered_map_index": row[3],
                "try_number": row[4],
                "max_tries": row[5],
                "hostname": row[6],
                "pool_slots": row[7],
                "priority_weight": row[8],
                "queue": row[9],
                "executor": row[10],
                "pid": row[11],
                "note": row[12],
                "dag_run_id": row[13],
                "task_display_name": row[14],
                "pool": row[15],
                "start_date": row[16],
                "end_date": row[17],
                "queued_when": row[18],
                "execution_date": row[19],
                "unixname": row[20],
                "duration": row[21],
                "state": row[22],
                "operator": row[23],
                "executor_config": "{}" if row[24] in (None, EMPTY_PICKLE) else str(pickle.loads(row[24])),  # noqa: S301 # of our own database
                "rendered_fields": orjson.Fragment(row[25] or b"{}"),
                "sla_miss": row[26] and orjson.Fragment(row[26]),
                "trigger": row[27] and orjson.Fragment(row[27]),
                "triggerer_job": row[28] and orjson.Fragment(row[28]),
            }
            for row in found
        ]
        return orjson.dumps({"task_instances": listed, "total_entries": found[0][29]})

    page_rows = f"""
        SELECT id, dag_id, run_id, state, run_type, {names.logical_date}, {after}, start_date, end_date FROM dag_run
        WHERE {after} <= $1 AND ({after}, id) < ($1, $2) ORDER BY {after} DESC, id DESC LIMIT $3"""

    def deep_page(asked: Asked) -> Answering:
        moment, _, number = asked["after"].partition(CURSOR_SEPARATOR)
        page = int(asked["page"])
        found = yield page_rows, (datetime.fromisoformat(moment), int(number), page + 1)
        listed = [
            {
                "dagId": dag_id,
                "runId": run_id,
                "state": UPPER[state],
                "runType": UPPER[run_type],
                "logicalDate": logical,
                "runAfter": due,
                "startedAt": start,
                "endedAt": end,
            }
            for _, dag_id, run_id, state, run_type, logical, due, start, end in found[:page]
        ]
        cursor = (
            f"{listed[-1]['runAfter'].isoformat()}{CURSOR_SEPARATOR}{found[len(listed) - 1][0]}" if listed else None
        )
        return orjson.dumps({"runs": listed, "hasNextPage": len(found) > page, "endCursor": cursor})

    return {"W1": grid, "W2": home, "W3": runs_of_dag, "W4": instance_page, "W5": deep_page}


def latest_of(dag: str, after: str) -> str:
    """Return the rest of a statement that reads the latest run of a DAG.

    The inner select cannot be merged with the outer one. So PostgreSQL does not walk through the runs of all DAGs from
    the newest one, which its statistics make it prefer, and which costs six times as much where DAGs differ.
    """
    columns = f"run_id, state, start_date, end_date, {after}, id"
    return (
        f"(SELECT {columns} FROM dag_run WHERE dag_run.dag_id = {dag}.dag_id OFFSET 0) run "
        f"ORDER BY {after} DESC, id DESC LIMIT 1"
    )


def instance_list(names: Names) -> str:
    """Return the statement of W4: a task instance with all that hangs on it, and how many there are."""
    sla = (
        "(SELECT row_to_json(m) FROM (SELECT task_id, dag_id, execution_date, email_sent, timestamp, description, "
        "notification_sent FROM sla_miss s WHERE s.dag_id = i.dag_id AND s.task_id = i.task_id "
        "AND s.execution_date = run.execution_date) m)"
        if names.sla_miss
        else "NULL::json"
    )
    return f"""
        SELECT i.dag_id, i.task_id, i.map_index, i.rendered_map_index, i.try_number, i.max_tries, i.hostname,
            i.pool_slots, i.priority_weight, i.queue, i.executor, i.pid, note.content AS note, i.run_id AS dag_run_id,
            coalesce(i.task_display_name, i.task_id) AS task_display_name, i.pool, i.start_date, i.end_date,
            i.queued_dttm AS queued_when, run.{names.logical_date} AS execution_date,
            coalesce(i.unixname, '') AS unixname, i.duration, i.state, i.operator, i.executor_config,
            fields.rendered_fields::json, {sla} AS sla_miss,
            CASE WHEN i.trigger_id IS NOT NULL THEN (
                SELECT row_to_json(t) FROM (
                    SELECT id, classpath, kwargs, created_date, triggerer_id FROM trigger WHERE id = i.trigger_id
                ) t
            ) END AS trigger,
            CASE WHEN i.trigger_id IS NOT NULL THEN (
                SELECT row_to_json(job) FROM trigger JOIN job ON job.id = trigger.triggerer_id
                WHERE trigger.id = i.trigger_id
            ) END AS triggerer_job,
            (SELECT count(*) FROM task_instance WHERE dag_id = $1 AND run_id = $2) AS total
        FROM task_instance i JOIN dag_run run ON run.dag_id = i.dag_id AND run.run_id = i.run_id
        LEFT JOIN task_instance_note note ON {names.note_key}
        LEFT JOIN rendered_task_instance_fields fields ON fields.dag_id = i.dag_id AND fields.run_id = i.run_id
            AND fields.task_id = i.task_id AND fields.map_index = i.map_index
        WHERE i.dag_id = $1 AND i.run_id = $2 ORDER BY i.task_id, i.map_index LIMIT $3"""
