"""The root fields of mutations."""

import strawberry

from graph.changes import (
    assets,
    backfills,
    clearing,
    connections,
    dags,
    pools,
    roles,
    runs,
    series,
    task_instances,
    users,
    variables,
)
from graph.types.asset_event import AssetEvent
from graph.types.backfill import Backfill
from graph.types.connection import ConnectionSettings
from graph.types.dag import DAG
from graph.types.dag_run import DagRun
from graph.types.pool import Pool
from graph.types.role import Role
from graph.types.task_instance import TaskInstance
from graph.types.user import User
from graph.types.variable import Variable


@strawberry.type(description="What can be changed. Each change writes the row of Airflow's audit log that it would.")
class Mutation:
    """What can be changed."""

    pause_dag: DAG = strawberry.mutation(
        resolver=dags.pause_dag, description="Pause a DAG: its queued runs wait, running tasks go on."
    )
    unpause_dag: DAG = strawberry.mutation(resolver=dags.unpause_dag, description="Resume a DAG.")
    set_dags_paused: dags.SetDagsPausedPayload = strawberry.mutation(
        resolver=dags.set_dags_paused,
        description="Pause or resume many DAGs: a result per DAG, nothing hidden in an error.",
    )
    reparse_dag: DAG = strawberry.mutation(
        resolver=dags.reparse_dag,
        description="Ask for a DAG's file to be parsed ahead of its turn. Since Airflow 2.10.",
    )
    delete_dag: strawberry.ID = strawberry.mutation(
        resolver=dags.delete_dag,
        description="Delete a DAG with its runs and all that is kept of it; returns the id that it had. It comes back "
        "when Airflow next parses a file that defines it.",
    )
    trigger_dag: runs.TriggerDagPayload = strawberry.mutation(
        resolver=runs.trigger_dag, description="Trigger a run of a DAG. Airflow's scheduler carries it out."
    )
    trigger_dag_series: series.TriggerDagSeriesPayload = strawberry.mutation(
        resolver=series.trigger_dag_series,
        description="Trigger a run for each date of a DAG's schedule between two dates that has none; all, or none.",
    )
    clear_task_instances: clearing.ClearedPayload = strawberry.mutation(
        resolver=task_instances.clear_task_instances,
        description="Clear task instances of a DAG, so that the scheduler runs them again.",
    )
    clear_dag_run: clearing.ClearedPayload = strawberry.mutation(
        resolver=runs.clear_dag_run, description="Clear a run, so that the scheduler runs it again."
    )
    set_dag_run_state: DagRun = strawberry.mutation(
        resolver=runs.set_dag_run_state, description="Set the state of a run, and end its tasks as Airflow does."
    )
    set_task_instance_state: clearing.ClearedPayload = strawberry.mutation(
        resolver=task_instances.set_task_instance_state,
        description="Set the state of task instances. What failed downstream of the task is cleared, as in Airflow.",
    )
    set_dag_run_note: DagRun = strawberry.mutation(
        resolver=runs.set_dag_run_note, description="Write a note about a run, in place of the one that it has."
    )
    set_task_instance_note: TaskInstance = strawberry.mutation(
        resolver=task_instances.set_task_instance_note,
        description="Write a note about a task instance, in place of the one that it has.",
    )
    delete_dag_run: strawberry.ID = strawberry.mutation(
        resolver=runs.delete_dag_run, description="Delete a run and all that belongs to it; returns the id that it had."
    )
    create_pool: Pool = strawberry.mutation(resolver=pools.create_pool, description="Create a pool.")
    update_pool: Pool = strawberry.mutation(resolver=pools.update_pool, description="Change a pool.")
    delete_pool: strawberry.ID = strawberry.mutation(
        resolver=pools.delete_pool, description="Delete a pool; returns the id that it had."
    )
    set_variable: Variable = strawberry.mutation(
        resolver=variables.set_variable, description="Create a variable, or set it anew if there is one of its key."
    )
    update_variable: Variable = strawberry.mutation(
        resolver=variables.update_variable, description="Change a variable that exists."
    )
    delete_variable: strawberry.ID = strawberry.mutation(
        resolver=variables.delete_variable, description="Delete a variable; returns the id that it had."
    )
    create_connection: ConnectionSettings = strawberry.mutation(
        resolver=connections.create_connection, description="Create a connection."
    )
    update_connection: ConnectionSettings = strawberry.mutation(
        resolver=connections.update_connection, description="Change a connection."
    )
    delete_connection: strawberry.ID = strawberry.mutation(
        resolver=connections.delete_connection, description="Delete a connection; returns the id that it had."
    )
    create_asset_event: AssetEvent = strawberry.mutation(
        resolver=assets.create_asset_event,
        description="Say that an asset was updated: DAGs that wait for it run when all that they wait for is there.",
    )
    delete_queued_asset_events: int = strawberry.mutation(
        resolver=assets.delete_queued_asset_events,
        description="Forget updates of assets that DAGs have not used yet; returns how many there were.",
    )
    create_backfill: Backfill = strawberry.mutation(
        resolver=backfills.create_backfill,
        description="Make the runs of a DAG for the dates of its schedule between two dates. Since Airflow 3.0.",
    )
    pause_backfill: Backfill = strawberry.mutation(
        resolver=backfills.pause_backfill, description="Let no further run of a backfill be started."
    )
    resume_backfill: Backfill = strawberry.mutation(
        resolver=backfills.resume_backfill, description="Let the runs of a backfill be started again."
    )
    cancel_backfill: Backfill = strawberry.mutation(
        resolver=backfills.cancel_backfill,
        description="End a backfill: runs of it that wait become failed ones, those that run go on.",
    )
    create_user: User = strawberry.mutation(
        resolver=users.create_user, description="Create a user of FAB's auth manager, who may come in at once."
    )
    update_user: User = strawberry.mutation(
        resolver=users.update_user,
        description="Change a user: within seconds they may do what their roles now permit, and come in by their new "
        "password alone.",
    )
    delete_user: strawberry.ID = strawberry.mutation(
        resolver=users.delete_user,
        description="Delete a user; returns the id that they had. In Airflow 2 the author of a note cannot be deleted.",
    )
    create_role: Role = strawberry.mutation(
        resolver=roles.create_role, description="Create a role of FAB's auth manager."
    )
    update_role: Role = strawberry.mutation(
        resolver=roles.update_role,
        description="Rename a role, or let it permit more; what it permits is never removed.",
    )
    delete_role: strawberry.ID = strawberry.mutation(
        resolver=roles.delete_role,
        description="Delete a role, also from those who have it; returns the id that it had.",
    )
