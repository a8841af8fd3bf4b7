"""The answers as SQLite writes them: one statement each, whose only value is the JSON."""

from collections.abc import Callable

from tests.bench.handwritten.asking import CURSOR_SEPARATOR, Answer, Answering, Asked, Names, Statement
from tests.bench.handwritten.sqlite_rows import instance_columns, instance_source, instant, length


def answers(names: Names) -> dict[str, Answer]:
    """Return the answer of each workload."""
    after, logical = names.run_after, names.logical_date
    start, end = instant("start_date"), instant("end_date")
    newest = f"ORDER BY {after} DESC, id DESC"
    run = (
        f"'runId', run_id, 'state', upper(state), 'runType', upper(run_type), 'logicalDate', {instant(logical)}, "
        f"'runAfter', {instant(after)}, 'startedAt', {start}, 'endedAt', {end}"
    )

    instances = f"""
        SELECT json_group_array(json_object('taskId', task_id, 'mapIndex', map_index, 'state', upper(state),
            'tryNumber', try_number, 'startedAt', {start}, 'duration', duration))
        FROM (SELECT * FROM task_instance i WHERE i.dag_id = run.dag_id AND i.run_id = run.run_id
            ORDER BY task_id, map_index LIMIT ?3)"""
    runs = f"""
        SELECT json_group_array(json_object('runId', run_id, 'state', upper(state), 'runType', upper(run_type),
            'runAfter', {instant(after)}, 'startedAt', {start}, 'endedAt', {end}, 'taskInstances', json(({instances}))))
        FROM (SELECT * FROM dag_run r WHERE r.dag_id = dag.dag_id {newest} LIMIT ?2) run"""
    grid = f"""
        SELECT json_group_array(json_object('dagId', dag_id, 'displayName', coalesce(dag_display_name, dag_id),
            'isPaused', json(iif(is_paused, 'true', 'false')), 'maxActiveTasks', max_active_tasks, 'fileloc', fileloc,
            'lastParsedTime', {instant("last_parsed_time")}, 'runs', json(({runs}))))
        FROM (SELECT * FROM dag ORDER BY dag_id LIMIT ?1) dag"""
    counts = """
        SELECT json_group_array(json_object('state', upper(state), 'count', number)) FROM (
            SELECT state, count(*) AS number FROM task_instance i
            WHERE i.dag_id = run.dag_id AND i.run_id = run.run_id
            GROUP BY state ORDER BY count(*) DESC, coalesce(state, ''))"""
    home = f"""
        SELECT json_group_array(json_object('dagId', dag_id, 'latestRun', json((
            SELECT json_object('runId', run_id, 'state', upper(state), 'startedAt', {start}, 'endedAt', {end},
                'taskStateCounts', json(({counts})))
            FROM (SELECT * FROM dag_run r WHERE r.dag_id = dag.dag_id {newest} LIMIT 1) run))))
        FROM (SELECT dag_id FROM dag ORDER BY dag_id LIMIT ?1) dag"""
    of_dag = f"""
        SELECT json_object('dagId', dag_id, 'runs', json((
            SELECT json_group_array(json_object({run}, 'duration', {length()}))
            FROM (SELECT * FROM dag_run r WHERE r.dag_id = dag.dag_id {newest} LIMIT ?2))))
        FROM dag WHERE dag_id = ?1"""
    documents = ("rendered_fields", "sla_miss", "trigger", "triggerer_job")
    columns = instance_columns(names)
    pairs = ", ".join(f"'{name}', {f'json({name})' if name in documents else name}" for name in columns)
    listed = ", ".join(f"{expression} AS {_quoted(name)}" for name, expression in columns.items())
    page = f"""
        SELECT json_object('task_instances', (
            SELECT json_group_array(json_object({pairs.replace("json(trigger)", 'json("trigger")')}))
            FROM (SELECT {listed} {instance_source(names)})
        ), 'total_entries', (SELECT count(*) FROM task_instance WHERE dag_id = ?1 AND run_id = ?2))"""
    deep = f"""
        WITH page AS MATERIALIZED (
            SELECT * FROM dag_run WHERE ({after}, id) < (?1, ?2) {newest} LIMIT ?3 + 1
        ), kept AS MATERIALIZED (SELECT * FROM page LIMIT ?3)
        SELECT json_object(
            'runs', (SELECT json_group_array(json_object('dagId', dag_id, {run})) FROM kept),
            'hasNextPage', json(iif((SELECT count(*) FROM page) > ?3, 'true', 'false')),
            'endCursor', (SELECT {after} || '{CURSOR_SEPARATOR}' || id FROM kept ORDER BY {after}, id LIMIT 1))"""

    def after_cursor(asked: Asked) -> Statement:
        moment, _, number = asked["after"].partition(CURSOR_SEPARATOR)
        moment = moment.replace("T", " ").replace("+00:00", "")
        return deep, (moment, int(number), int(asked["page"]))

    return {
        "W1": _told(lambda asked: (grid, (int(asked["dags"]), int(asked["runs"]), int(asked["tasks"])))),
        "W2": _told(lambda asked: (home, (int(asked["dags"]),))),
        "W3": _told(lambda asked: (of_dag, (asked["dagId"], int(asked["page"])))),
        "W4": _told(lambda asked: (page, (asked["dagId"], asked["runId"], int(asked["limit"])))),
        "W5": _told(after_cursor),
    }


def _quoted(name: str) -> str:
    return f'"{name}"'


def _told(statement: Callable[[Asked], Statement]) -> Answer:
    def answer(asked: Asked) -> Answering:
        found = yield statement(asked)
        return found[0][0].encode() if found else b"null"

    return answer
