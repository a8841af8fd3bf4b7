"""Every example of the documentation of Clairvoyant's plugin, and what is answered to each."""

from tests.rest.examples import Example

DATE = "execution_date=2017-01-02T03:04:05"
TASK = f"dag_id=value&task_id=value&{DATE}"
HOST = "http://{HOST}:{PORT}"

_MISSING = "The argument(s) {} are required"
_FRAME = "Traceback (most recent call last):\n"
_NOT_ALLOWED = f"{_FRAME}...add {{}} to AIRFLOW_GRAPH_AIRFLOW_COMMANDS.\n"
_BY_AIRFLOW = "it runs code of the DAG: Airflow's command line is asked, if `AIRFLOW_GRAPH_AIRFLOW_COMMANDS` lists it"
_PROCESS = "nobody starts processes by a request: the answer names the command to use"
_POOL = "\n╒════════════╤═════════╤═══════════════════════╕\n│ Pool       │   Slots │ Description           │\n..."

# What is told is the text of `output`, or the texts of its two streams one after the other.
EXAMPLES = tuple(
    Example(
        f"GET {HOST}/admin/rest_api/api?{line}",
        told,
        reason,
        400 if "are required" in told else 200,
        "1.0.7" if line.endswith("plugin_version") else None,
    )
    for line, told, reason in (
        ("api=version", "2.11.2", ""),
        ("api=rest_api_plugin_version", "1.0.9", ""),
        ("api=render", _MISSING.format("['dag_id', 'task_id', 'execution_date']"), ""),
        (f"api=render&{TASK}&subdir=value", _NOT_ALLOWED.format("render"), f"where the task never ran, {_BY_AIRFLOW}"),
        ("api=variables", "", ""),
        (
            "api=variables&cmd=set&key=value&value=value&get=value&json&default=value&import=value&export=value&delete=value",
            f"{_FRAME}...or, all at once, by GraphQL or the stable REST API.\n",
            "no file of the server is read or written, so nothing of it is done",
        ),
        ("api=variables&cmd=set&key=myVar1&value=myValue1", "", ""),
        ("api=connections", "", ""),
        ("api=pause&dag_id=test_id", "Dag: test_id, paused: True\n", ""),
        ("api=unpause&dag_id=test_id", "Dag: test_id, paused: False\n", ""),
        (f"api=task_failed_deps&{TASK}", _NOT_ALLOWED.format("task_failed_deps"), _BY_AIRFLOW),
        (
            "api=trigger_dag&dag_id=test_id",
            "Created <DagRun test_id @ ...+00:00: manual__...+00:00, externally triggered: True>\n",
            "",
        ),
        (
            "api=trigger_dag&dag_id=test_id&run_id=run_id_2016_01_01&conf=%7B%22key%22%3A%22value%22%7D",
            "Created <DagRun test_id @ ...+00:00: run_id_2016_01_01, externally triggered: True>\n",
            "",
        ),
        (f"api=test&{TASK}", _NOT_ALLOWED.format("test"), _BY_AIRFLOW),
        (f"api=dag_state&dag_id=test_id&{DATE}", "None\n", ""),
        (
            f"api=run&{TASK}",
            f"{_FRAME}...there is nothing that could be run. Trigger the run with trigger_dag.\n",
            "a task instance that never was is not made up: the scheduler runs those of runs",
        ),
        ("api=list_tasks&dag_id=test_id", "work\n", ""),
        (
            "api=backfill&dag_id=test_id",
            f"{_FRAME}airflow.exceptions.AirflowException: Provide a start_date and/or end_date\n",
            "",
        ),
        (
            "api=list_dags",
            f"\n\n{'-' * 67}\nDAGS\n{'-' * 67}\nanother\ndemo_etl\ntest_id\nvalue\n\n",
            "",
        ),
        ("api=kerberos", "...use: airflow kerberos.\n", _PROCESS),
        ("api=worker", "...use: airflow celery worker.\n", _PROCESS),
        ("api=flower", "...use: airflow celery flower.\n", _PROCESS),
        ("api=scheduler", "...use: airflow scheduler.\n", _PROCESS),
        (f"api=task_state&{TASK}", "None\n", ""),
        (
            "api=pool",
            "\n╒══════════════╤═════════╤═══════════════╕\n│ Pool         │   Slots │ Description   │\n...",
            "",
        ),
        (
            "api=pool&cmd=set&pool_name=value&slot_count=value&description=value&get=value&delete=value",
            "Pool 'value' doesn't exist\n",
            "the description counts under both of its names, and of several wishes the last one is done",
        ),
        (
            "api=pool&cmd=set&pool_name=myTestpool&slot_count=10&description=myTestpoolDescription",
            _POOL,
            "the description counts under both of its names; the original knew this one not, and failed",
        ),
        ("api=serve_logs", "...use: airflow celery worker, which serves its logs by itself.\n", _PROCESS),
        ("api=clear", _MISSING.format("['dag_id']"), ""),
        ("api=refresh_dag&dag_id=test_id", "DAG [test_id] is now fresh as a daisy", ""),
    )
)

CURL = (
    Example(
        f'curl --header "rest_api_plugin_http_token: changeme" {HOST}/admin/rest_api/api?api=version',
        {"output": "2.11.2"},
    ),
    Example(
        "curl -X POST -H 'Content-Type: multipart/form-data' -F 'dag_file=@/path/to/dag.py' -F 'force=on' "
        f"{HOST}/admin/rest_api/api?api=deploy_dag",
        {"output": "DAG File [<FileStorage: 'dag.py' ('application/octet-stream')>] has been uploaded"},
        "only where `AIRFLOW_GRAPH_DEPLOY_FOLDER` names a folder; by default it is refused with 400",
    ),
)

# Of the documentation's samples, but for the moments in them.
REFUSED = {"http_response_code": 403, "output": "Token Authentication Failed", "status": "ERROR"}
SAMPLE = {
    "airflow_cmd": "airflow version",
    "arguments": {},
    "http_response_code": 200,
    "output": "1.7.0",
    "status": "OK",
}
