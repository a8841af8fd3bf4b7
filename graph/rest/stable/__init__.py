"""Airflow 2's stable REST API, `/api/v1`, one noun per file."""

from graph.rest.dialect import Dialect
from graph.rest.stable import (
    clearing,
    dag_runs,
    dags,
    datasets,
    deployment,
    pools,
    roles,
    states,
    task_instances,
    tasks,
    users,
    variables,
)
from graph.rest.stable.problems import render

STABLE = Dialect(
    "/api/v1",
    (
        *deployment.ROWS,
        *datasets.ROWS,
        *dags.ROWS,
        *tasks.ROWS,
        *dag_runs.ROWS,
        *task_instances.ROWS,
        *clearing.ROWS,
        *states.ROWS,
        *pools.ROWS,
        *variables.ROWS,
        *users.ROWS,
        *roles.ROWS,
    ),
    render,
    mistaken_are_anonymous=True,
)
