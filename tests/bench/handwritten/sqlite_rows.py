"""The answers out of SQLite's rows, by orjson; a statement costs no round trip, so there is one per parent."""

from typing import Any

import orjson

from tests.bench.handwritten.asking import CURSOR_SEPARATOR, EMPTY_PICKLE, Answer, Answering, Asked, Names


def instant(column: str) -> str:
    """Return the SQL that writes what SQLAlchemy stored as an instant of UTC."""
    return f"replace({column}, ' ', 'T') || '+00:00'"


def answers(names: Names) -> dict[str, Answer]:
    """Return the answer of each workload."""
    after, logical = names.run_after, names.logical_date
    start, end = instant("start_date"), instant("end_date")
    newest = f"ORDER BY {after} DESC, id DESC LIMIT ?"

    dags = (
        "SELECT dag_id, coalesce(dag_display_name, dag_id), is_paused, max_active_tasks, fileloc, "
        f"{instant('last_parsed_time')} FROM dag ORDER BY dag_id LIMIT ?"
    )
    runs = (
        f"SELECT run_id, upper(state), upper(run_type), {instant(after)}, {start}, {end} FROM dag_run "
        f"WHERE dag_id = ? {newest}"
    )
    instances = (
        f"SELECT task_id, map_index, upper(state), try_number, {start}, duration FROM task_instance "
        "WHERE dag_id = ? AND run_id = ? ORDER BY task_id, map_index LIMIT ?"
    )

    def grid(asked: Asked) -> Answering:
        answer = []
        for dag_id, name, paused, tasks, fileloc, parsed in (yield dags, (int(asked["dags"]),)):
            within = []
            for run_id, state, run_type, due, began, ended in (yield runs, (dag_id, int(asked["runs"]))):
                found = yield instances, (dag_id, run_id, int(asked["tasks"]))
                within.append(
                    {
                        "runId": run_id,
                        "state": state,
                        "runType": run_type,
                        "runAfter": due,
                        "startedAt": began,
                        "endedAt": ended,
                        "taskInstances": [
                            {
                                "taskId": task_id,
                                "mapIndex": map_index,
                                "state": state,
                                "tryNumber": tries,
                                "startedAt": began,
                                "duration": duration,
                            }
                            for task_id, map_index, state, tries, began, duration in found
                        ],
                    }
                )
            answer.append(
                {
                    "dagId": dag_id,
                    "displayName": name,
                    "isPaused": bool(paused),
                    "maxActiveTasks": tasks,
                    "fileloc": fileloc,
                    "lastParsedTime": parsed,
                    "runs": within,
                }
            )
        return orjson.dumps(answer)

    latest = f"SELECT run_id, upper(state), {start}, {end} FROM dag_run WHERE dag_id = ? {newest}"
    counts = (
        "SELECT upper(state), count(*) FROM task_instance WHERE dag_id = ? AND run_id = ? "
        "GROUP BY state ORDER BY count(*) DESC, coalesce(state, '')"
    )

    def home(asked: Asked) -> Answering:
        answer = []
        for (dag_id,) in (yield "SELECT dag_id FROM dag ORDER BY dag_id LIMIT ?", (int(asked["dags"]),)):
            run = None
            for run_id, state, began, ended in (yield latest, (dag_id, 1)):
                counted = yield counts, (dag_id, run_id)
                run = {
                    "runId": run_id,
                    "state": state,
                    "startedAt": began,
                    "endedAt": ended,
                    "taskStateCounts": [{"state": state, "count": number} for state, number in counted],
                }
            answer.append({"dagId": dag_id, "latestRun": run})
        return orjson.dumps(answer)

    listed = (
        f"SELECT run_id, upper(state), upper(run_type), {instant(logical)}, {instant(after)}, {start}, {end}, "
        f"{length()} FROM dag_run WHERE dag_id = ? {newest}"
    )

    def runs_of_dag(asked: Asked) -> Answering:
        dag_id = asked["dagId"]
        if not (yield "SELECT 1 FROM dag WHERE dag_id = ?", (dag_id,)):
            return b"null"
        found = yield listed, (dag_id, int(asked["page"]))
        keys = ("runId", "state", "runType", "logicalDate", "runAfter", "startedAt", "endedAt", "duration")
        return orjson.dumps({"dagId": dag_id, "runs": [dict(zip(keys, row, strict=True)) for row in found]})

    columns = instance_columns(names)
    page = f"SELECT {', '.join(columns.values())} {instance_source(names)}"

    def instance_page(asked: Asked) -> Answering:
        key = (asked["dagId"], asked["runId"])
        found = yield page, (*key, int(asked["limit"]))
        ((total,),) = yield "SELECT count(*) FROM task_instance WHERE dag_id = ? AND run_id = ?", key
        answer: list[dict[str, Any]] = [dict(zip(columns, row, strict=True)) for row in found]
        for row in answer:
            row["rendered_fields"] = orjson.Fragment(row["rendered_fields"])
            for name in ("sla_miss", "trigger", "triggerer_job"):
                row[name] = row[name] and orjson.Fragment(row[name])
        return orjson.dumps({"task_instances": answer, "total_entries": total})

    deep = (
        f"SELECT id, {after}, dag_id, run_id, upper(state), upper(run_type), {instant(logical)}, {instant(after)}, "
        f"{start}, {end} FROM dag_run WHERE ({after}, id) < (?, ?) {newest}"
    )

    def deep_page(asked: Asked) -> Answering:
        moment, _, number = asked["after"].partition(CURSOR_SEPARATOR)
        size = int(asked["page"])
        found = yield deep, (_stored(moment), int(number), size + 1)
        keys = ("dagId", "runId", "state", "runType", "logicalDate", "runAfter", "startedAt", "endedAt")
        kept = found[:size]
        cursor = f"{kept[-1][1]}{CURSOR_SEPARATOR}{kept[-1][0]}" if kept else None
        rows = [dict(zip(keys, row[2:], strict=True)) for row in kept]
        return orjson.dumps({"runs": rows, "hasNextPage": len(found) > size, "endCursor": cursor})

    return {"W1": grid, "W2": home, "W3": runs_of_dag, "W4": instance_page, "W5": deep_page}


def length() -> str:
    """Return the SQL of the seconds that a run took: days as floats would not be exact to the microsecond."""
    seconds = "(strftime('%s', end_date) - strftime('%s', start_date))"
    return f"({seconds} * 1000000 + substr(end_date, 21) - substr(start_date, 21)) / 1000000.0"


def instance_columns(names: Names) -> dict[str, str]:
    """Return what W4 lists, by name."""
    sla = (
        "(SELECT json_object('task_id', task_id, 'dag_id', dag_id, 'execution_date', execution_date, 'email_sent', "
        "email_sent, 'timestamp', timestamp, 'description', description, 'notification_sent', notification_sent) "
        "FROM sla_miss s WHERE s.dag_id = i.dag_id AND s.task_id = i.task_id "
        "AND s.execution_date = run.execution_date)"
        if names.sla_miss
        else "NULL"
    )
    pickled = f"X'{EMPTY_PICKLE.hex()}'"
    plain = (
        "dag_id task_id map_index rendered_map_index try_number max_tries hostname pool_slots priority_weight queue "
        "executor pid"
    )
    return {
        **{name: f"i.{name}" for name in plain.split()},
        "note": "note.content",
        "dag_run_id": "i.run_id",
        "task_display_name": "coalesce(i.task_display_name, i.task_id)",
        "pool": "i.pool",
        "start_date": instant("i.start_date"),
        "end_date": instant("i.end_date"),
        "queued_when": instant("i.queued_dttm"),
        "execution_date": instant(f"run.{names.logical_date}"),
        "unixname": "coalesce(i.unixname, '')",
        "duration": "i.duration",
        "state": "i.state",
        "operator": "i.operator",
        # Nobody unpickles in SQL: settings that are not empty are only said to be there.
        "executor_config": f"iif(coalesce(i.executor_config, {pickled}) = {pickled}, '{{}}', '...')",
        "rendered_fields": "coalesce(fields.rendered_fields, '{}')",
        "sla_miss": sla,
        "trigger": "iif(i.trigger_id IS NULL, NULL, (SELECT json_object('id', id, 'classpath', classpath, 'kwargs', "
        "kwargs, 'created_date', created_date, 'triggerer_id', triggerer_id) "
        'FROM "trigger" t WHERE t.id = i.trigger_id))',
        "triggerer_job": "iif(i.trigger_id IS NULL, NULL, (SELECT json_object('id', job.id, 'state', job.state, "
        "'job_type', job.job_type, 'hostname', job.hostname) "
        'FROM "trigger" t JOIN job ON job.id = t.triggerer_id WHERE t.id = i.trigger_id))',
    }


def instance_source(names: Names) -> str:
    """Return where W4 lists from."""
    return f"""
        FROM task_instance i JOIN dag_run run ON run.dag_id = i.dag_id AND run.run_id = i.run_id
        LEFT JOIN task_instance_note note ON {names.note_key}
        LEFT JOIN rendered_task_instance_fields fields ON fields.dag_id = i.dag_id AND fields.run_id = i.run_id
            AND fields.task_id = i.task_id AND fields.map_index = i.map_index
        WHERE i.dag_id = ?1 AND i.run_id = ?2 ORDER BY i.task_id, i.map_index LIMIT ?3"""


def _stored(moment: str) -> str:
    """Return a moment as it is stored, which is how a cursor says it too, the first one aside."""
    return moment.replace("T", " ").replace("+00:00", "")
