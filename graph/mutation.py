"""The root fields of mutations."""

import strawberry

from graph.changes import dags, pools, variables
from graph.types.dag import DAG
from graph.types.pool import Pool
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
