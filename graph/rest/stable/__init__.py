"""Airflow 2's stable REST API, `/api/v1`, one noun per file."""

from graph.rest.dialect import Dialect
from graph.rest.stable import (
    clearing,
    config,
    connections,
    dag_runs,
    dag_sources,
    dag_stats,
    dag_warnings,
    dags,
    datasets,
    deployment,
    event_logs,
    import_errors,
    installed,
    pools,
    states,
    task_instances,
    tasks,
    variables,
)
from graph.rest.stable.problems import render
from graph.rest.strict import strictly

STABLE = Dialect(
    "/api/v1",
    (
        *deployment.ROWS,
        *config.ROWS,
        *installed.ROWS,
        *datasets.ROWS,
        *dags.ROWS,
        *dag_sources.ROWS,
        *dag_stats.ROWS,
        *dag_warnings.ROWS,
        *import_errors.ROWS,
        *event_logs.ROWS,
        *tasks.ROWS,
        *dag_runs.ROWS,
        *task_instances.ROWS,
        *clearing.ROWS,
        *states.ROWS,
        *connections.ROWS,
        *pools.ROWS,
        *variables.ROWS,
    ),
    render,
    strictly,
)
