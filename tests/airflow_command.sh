#!/bin/sh
# Answers like Airflow's own command line, for tests of who asks it: what a real one says is in tests/live.
case "$*" in
"providers list --output json")
    echo "[2026-03-01T00:00:00] {providers.py:1} INFO - looking around"
    echo '[{"package_name": "apache-airflow-providers-http", "description": "Hypertext Transfer Protocol.", "version": "5.1.0"}]'
    ;;
"plugins --output json")
    echo '[{"name": "lights", "source": "$PLUGINS_FOLDER/lights.py", "hooks": [], "macros": ["lights.dim"], "listeners": ["lights.heard"]}]'
    ;;
"connections test airflow_graph_test")
    echo "Testing..."
    case "$AIRFLOW_CONN_AIRFLOW_GRAPH_TEST" in
    *sqlite*) echo "Connection success!" ;;
    *) echo "Connection failed!" && echo "nobody is there" ;;
    esac
    ;;
"tasks failed-deps demo_etl load 2021-05-01T00:00:00+00:00")
    echo "[2026-03-01T00:00:00] {dagbag.py:1} INFO - Filling up the DagBag"
    echo "Task instance dependencies not met:"
    echo "Dagrun Running: Task instance's dagrun did not exist: Unknown reason."
    ;;
"tasks render demo_etl load 2021-05-01T00:00:00+00:00")
    echo "# property: bash_command"
    ;;
"tasks test "*)
    echo "before"
    echo "[2026-03-01T00:00:00] {taskinstance.py:1} INFO - Done"
    for argument in "$@"; do echo "<$argument>"; done
    env | grep -c "^AIRFLOW_GRAPH_" >&2
    ;;
*)
    echo "$*" >&2
    exit 2
    ;;
esac
