"""What can be allowed: the permissions, the roles that hold them, and the guard of an entity."""

from dataclasses import dataclass
from enum import StrEnum

from resolvers.settings import Role


class Permission(StrEnum):
    """One thing that somebody may do. Those about DAGs can be held for all DAGs or for some."""

    DAG_READ = "dag.read"
    DAG_EDIT = "dag.edit"
    RUN_READ = "run.read"
    RUN_CREATE = "run.create"
    RUN_EDIT = "run.edit"
    RUN_DELETE = "run.delete"
    TASK_READ = "task.read"
    TASK_INSTANCE_READ = "task_instance.read"
    TASK_INSTANCE_EDIT = "task_instance.edit"
    POOL_READ = "pool.read"
    POOL_CREATE = "pool.create"
    POOL_EDIT = "pool.edit"
    POOL_DELETE = "pool.delete"
    VARIABLE_READ = "variable.read"
    VARIABLE_CREATE = "variable.create"
    VARIABLE_EDIT = "variable.edit"
    VARIABLE_DELETE = "variable.delete"


_VIEWER = frozenset(
    {
        Permission.DAG_READ,
        Permission.RUN_READ,
        Permission.TASK_READ,
        Permission.TASK_INSTANCE_READ,
        Permission.POOL_READ,
    }
)
_USER = _VIEWER | {
    Permission.DAG_EDIT,
    Permission.RUN_CREATE,
    Permission.RUN_EDIT,
    Permission.RUN_DELETE,
    Permission.TASK_INSTANCE_EDIT,
}

# Airflow's four ordinary roles, each holding all that the one before it holds. The matrix is that of 3.x's
# SimpleAuthManager, and FAB's default roles agree for these nouns: viewers read DAGs and pools, users run
# DAGs, operators also keep pools and variables.
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.USER: _USER,
    Role.OP: frozenset(Permission),
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True)
class Guard:
    """Who may read the rows of an entity.

    Every permission in `permissions` is needed. Where `dag` names a logical column, the permission
    is asked for the DAG whose id stands there, row by row; without one it is asked once.
    """

    permissions: tuple[Permission, ...]
    dag: str | None = None
