"""What an operation returns: the keys of what it changed, to be read again like anything else."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DagKey:
    """Names a DAG."""

    dag_id: str


@dataclass(frozen=True)
class DeletedDag(DagKey):
    """Names a DAG that was deleted, and says how many records were."""

    records: int


@dataclass(frozen=True)
class RunKey:
    """Names a DAG run."""

    dag_id: str
    run_id: str


@dataclass(frozen=True)
class TaskInstanceKey:
    """Names a task instance; `map_index` is -1 where the task is not mapped."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1


@dataclass(frozen=True)
class PoolKey:
    """Names a pool, by the logical column of that name."""

    pool: str


@dataclass(frozen=True)
class VariableKey:
    """Names a variable."""

    key: str


@dataclass(frozen=True)
class ConnectionKey:
    """Names a connection, by the logical column of that name."""

    conn_id: str


@dataclass(frozen=True)
class AssetEventKey:
    """Names an update of an asset, by its number."""

    id: int


@dataclass(frozen=True)
class BackfillKey:
    """Names a backfill, by its number."""

    id: int


@dataclass(frozen=True)
class UserKey:
    """Names a user."""

    username: str


@dataclass(frozen=True)
class RoleKey:
    """Names a role."""

    name: str


@dataclass(frozen=True)
class Cleared:
    """Task instances that a change reaches, and the runs that they belong to."""

    task_instances: tuple[TaskInstanceKey, ...]
    runs: tuple[RunKey, ...] = ()


Key = (
    DagKey
    | RunKey
    | TaskInstanceKey
    | PoolKey
    | VariableKey
    | ConnectionKey
    | AssetEventKey
    | BackfillKey
    | UserKey
    | RoleKey
)
