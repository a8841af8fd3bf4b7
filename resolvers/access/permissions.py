"""What can be allowed: the permissions, the roles that hold them, and the guard of an entity."""

from dataclasses import dataclass
from enum import StrEnum

from resolvers.settings import Role


class Permission(StrEnum):
    """One thing that somebody may do. Those about DAGs can be held for all DAGs or for some."""

    DAG_READ = "dag.read"
    DAG_EDIT = "dag.edit"
    DAG_DELETE = "dag.delete"
    # Putting a file among those of the DAGs: its code runs as Airflow.
    DAG_FILE_CREATE = "dag_file.create"
    DAG_SOURCE_READ = "dag_source.read"
    DAG_WARNING_READ = "dag_warning.read"
    DAG_DEPENDENCY_READ = "dag_dependency.read"
    RUN_READ = "run.read"
    RUN_CREATE = "run.create"
    RUN_EDIT = "run.edit"
    RUN_DELETE = "run.delete"
    TASK_READ = "task.read"
    TASK_INSTANCE_READ = "task_instance.read"
    TASK_INSTANCE_EDIT = "task_instance.edit"
    TASK_LOG_READ = "task_log.read"
    XCOM_READ = "xcom.read"
    EVENT_LOG_READ = "event_log.read"
    IMPORT_ERROR_READ = "import_error.read"
    ASSET_READ = "asset.read"
    ASSET_CREATE = "asset.create"
    ASSET_DELETE = "asset.delete"
    POOL_READ = "pool.read"
    POOL_CREATE = "pool.create"
    POOL_EDIT = "pool.edit"
    POOL_DELETE = "pool.delete"
    VARIABLE_READ = "variable.read"
    VARIABLE_CREATE = "variable.create"
    VARIABLE_EDIT = "variable.edit"
    VARIABLE_DELETE = "variable.delete"
    CONNECTION_READ = "connection.read"
    CONNECTION_CREATE = "connection.create"
    CONNECTION_EDIT = "connection.edit"
    CONNECTION_DELETE = "connection.delete"
    CONFIG_READ = "config.read"
    JOB_READ = "job.read"
    PLUGIN_READ = "plugin.read"
    PROVIDER_READ = "provider.read"
    USER_READ = "user.read"
    USER_CREATE = "user.create"
    USER_EDIT = "user.edit"
    USER_DELETE = "user.delete"
    ROLE_READ = "role.read"
    ROLE_CREATE = "role.create"
    ROLE_EDIT = "role.edit"
    ROLE_DELETE = "role.delete"
    # Airflow's permissions themselves, as a list: what its "Action" may be on which resource.
    PERMISSION_READ = "permission.read"
    # How queries are answered: the text of their statements, never a value.
    PLAN_READ = "plan.read"


_VIEWER = frozenset(
    {
        Permission.DAG_READ,
        Permission.DAG_SOURCE_READ,
        Permission.DAG_WARNING_READ,
        Permission.DAG_DEPENDENCY_READ,
        Permission.RUN_READ,
        Permission.TASK_READ,
        Permission.TASK_INSTANCE_READ,
        Permission.TASK_LOG_READ,
        Permission.XCOM_READ,
        Permission.IMPORT_ERROR_READ,
        Permission.ASSET_READ,
        Permission.POOL_READ,
        Permission.JOB_READ,
    }
)
_USER = _VIEWER | {
    Permission.DAG_EDIT,
    Permission.DAG_DELETE,
    Permission.RUN_CREATE,
    Permission.RUN_EDIT,
    Permission.RUN_DELETE,
    Permission.TASK_INSTANCE_EDIT,
}
_OP = _USER | {
    Permission.ASSET_CREATE,
    Permission.ASSET_DELETE,
    Permission.POOL_CREATE,
    Permission.POOL_EDIT,
    Permission.POOL_DELETE,
    Permission.VARIABLE_READ,
    Permission.VARIABLE_CREATE,
    Permission.VARIABLE_EDIT,
    Permission.VARIABLE_DELETE,
    Permission.CONNECTION_READ,
    Permission.CONNECTION_CREATE,
    Permission.CONNECTION_EDIT,
    Permission.CONNECTION_DELETE,
    Permission.CONFIG_READ,
    Permission.PLUGIN_READ,
    Permission.PROVIDER_READ,
}

# Airflow's ordinary roles, each holding all that the one before it holds. The matrix is that of 3.x's
# SimpleAuthManager, and FAB's default roles agree for these nouns: viewers read DAGs and pools, users run
# DAGs, operators also keep pools, variables and connections, and administrators users and the audit log.
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.PUBLIC: frozenset(),
    Role.VIEWER: _VIEWER,
    Role.USER: _USER,
    Role.OP: _OP,
    Role.ADMIN: frozenset(Permission),
}

# What can be held for some DAGs alone, and what a role that is limited to them is left with. Airflow's FAB has a
# resource for each DAG (`DAG:etl`), and lets what belongs to a DAG be done where that can be: all else, such as pools,
# assets and import errors, is of no DAG, and a role that names DAGs says nothing of it.
PER_DAG = frozenset(
    {
        Permission.DAG_READ,
        Permission.DAG_EDIT,
        Permission.DAG_DELETE,
        Permission.DAG_SOURCE_READ,
        Permission.DAG_WARNING_READ,
        Permission.DAG_DEPENDENCY_READ,
        Permission.RUN_READ,
        Permission.RUN_CREATE,
        Permission.RUN_EDIT,
        Permission.RUN_DELETE,
        Permission.TASK_READ,
        Permission.TASK_INSTANCE_READ,
        Permission.TASK_INSTANCE_EDIT,
        Permission.TASK_LOG_READ,
        Permission.XCOM_READ,
        Permission.EVENT_LOG_READ,
    }
)


# Each is itself: it is declared once, and looked up for every request.
@dataclass(frozen=True, eq=False)
class Guard:
    """Who may read the rows of an entity.

    Every permission in `permissions` is needed. Where `dag` names a logical column, the permission
    is asked for the DAG whose id stands there, row by row; without one it is asked once. A row that is
    about several DAGs leads to them by the link `through`: `dag` then stands there, and one of them must be
    held, or every one. With `or_none`, a row where `dag` is null is of no DAG: the other permissions are enough for it.
    """

    permissions: tuple[Permission, ...]
    dag: str | None = None
    through: str | None = None
    every: bool = False
    or_none: bool = False

    @property
    def is_for_reading(self) -> bool:
        """Whether it keeps rows, and not what is hidden in them."""
        return all(one.value.endswith(".read") for one in self.permissions)

    @property
    def own(self) -> tuple[Permission, ...]:
        """The permissions that are about the rows themselves, not about the DAG that they belong to."""
        return tuple(one for one in self.permissions if one is not Permission.DAG_READ) or self.permissions
