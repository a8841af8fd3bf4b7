"""Which Airflow is behind the graph, and who is asking."""

import strawberry
from strawberry import Info

from graph.context import Context
from resolvers.access.actor import EVERYTHING
from resolvers.access.permissions import Permission


@strawberry.type(description="Something that the caller may do.")
class Grant:
    """Something that the caller may do."""

    permission: str = strawberry.field(description="What, such as `dag.edit`.")
    dag_ids: list[str] | None = strawberry.field(
        description="On which DAGs; null for all, or where it is not about DAGs."
    )


@strawberry.type(description="Whoever is calling.")
class Viewer:
    """Whoever is calling."""

    name: str = strawberry.field(description="The name that notes and the audit log will say.")
    method: str = strawberry.field(description="How they proved who they are.")
    role: str | None = strawberry.field(description="The role that they have.")
    permissions: list[Grant] = strawberry.field(description="What they may do.")


@strawberry.type(description="An Airflow, as its metadata database tells.")
class Deployment:
    """An Airflow, as its metadata database tells."""

    airflow_version: str = strawberry.field(
        description="Its minor version, such as `2.11`; the database tells no closer (2.10.3 to 2.11 look alike)."
    )
    migration: str | None = strawberry.field(description="The newest migration of its database.")
    is_known: bool = strawberry.field(
        description="Whether that migration is known here; writes are refused where it is not."
    )
    database: str = strawberry.field(description="The kind of its database, such as `postgresql`.")


def viewer(info: Info[Context, None]) -> Viewer:
    """Return whoever is calling."""
    actor = info.context.session.actor
    grants = []
    for permission in Permission:
        scope = actor.scope(permission)
        if scope is EVERYTHING:
            grants.append(Grant(permission=permission.value, dag_ids=None))
        elif isinstance(scope, frozenset) and scope:
            grants.append(Grant(permission=permission.value, dag_ids=sorted(scope)))
    return Viewer(name=actor.name, method=actor.method, role=actor.role, permissions=grants)


def deployment(info: Info[Context, None]) -> Deployment:
    """Return which Airflow this is."""
    session = info.context.session
    generation = session.generation
    return Deployment(
        airflow_version=generation.minor,
        migration=generation.migration,
        is_known=generation.known,
        database=session.database,
    )
