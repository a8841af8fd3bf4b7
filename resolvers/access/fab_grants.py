"""What FAB's permissions, pairs of an action and a resource, let somebody do: as Airflow's own API asks for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resolvers.access.actor import EVERYTHING, Scope
from resolvers.access.permissions import Permission

Pair = tuple[str, str]
"""An action, such as `can_read`, and the resource that it may be done to, such as `Pools` or `DAG:etl`."""

READ, CREATE, EDIT, DELETE = "can_read", "can_create", "can_edit", "can_delete"
ACTIONS = (READ, CREATE, EDIT, DELETE)

_DAGS, _RUNS, _INSTANCES = "DAGs", "DAG Runs", "Task Instances"

# Resources that may be permitted for one DAG alone. "DAG Run:" came with Airflow 2.10.
_OF_ONE_DAG = {_DAGS: "DAG:", _RUNS: "DAG Run:"}


@dataclass(frozen=True)
class _Needs:
    """What a permission takes: an action on the DAG, where it is about one, and all of some other pairs.

    Whoever changes what belongs to a DAG must be let to edit the DAG, whatever is done to the part. `named` says
    whether the others, too, may be permitted for one DAG by its name.
    """

    dag: str | None
    others: tuple[Pair, ...] = ()
    named: bool = True


def _kept(resource: str) -> _Needs:
    """Return what reading takes of a thing that belongs to a DAG."""
    return _Needs(READ, ((READ, resource),))


_NEEDS: Mapping[Permission, _Needs] = {
    Permission.DAG_READ: _Needs(READ),
    Permission.DAG_EDIT: _Needs(EDIT),
    Permission.DAG_DELETE: _Needs(DELETE),
    Permission.DAG_SOURCE_READ: _kept("DAG Code"),
    Permission.DAG_WARNING_READ: _kept("DAG Warnings"),
    Permission.DAG_DEPENDENCY_READ: _kept("DAG Dependencies"),
    Permission.RUN_READ: _kept(_RUNS),
    Permission.RUN_CREATE: _Needs(EDIT, ((CREATE, _RUNS),)),
    Permission.RUN_EDIT: _Needs(EDIT, ((EDIT, _RUNS),)),
    Permission.RUN_DELETE: _Needs(EDIT, ((DELETE, _RUNS),)),
    Permission.TASK_READ: _kept(_INSTANCES),
    Permission.TASK_LOG_READ: _kept("Task Logs"),
    Permission.XCOM_READ: _kept("XComs"),
    Permission.IMPORT_ERROR_READ: _Needs(None, ((READ, "ImportError"),)),
    Permission.ASSET_READ: _Needs(None, ((READ, "Assets"),)),
    Permission.ASSET_CREATE: _Needs(None, ((CREATE, "Assets"),)),
    Permission.ASSET_DELETE: _Needs(None, ((DELETE, "Assets"),)),
    Permission.POOL_READ: _Needs(None, ((READ, "Pools"),)),
    Permission.POOL_CREATE: _Needs(None, ((CREATE, "Pools"),)),
    Permission.POOL_EDIT: _Needs(None, ((EDIT, "Pools"),)),
    Permission.POOL_DELETE: _Needs(None, ((DELETE, "Pools"),)),
    Permission.VARIABLE_READ: _Needs(None, ((READ, "Variables"),)),
    Permission.VARIABLE_CREATE: _Needs(None, ((CREATE, "Variables"),)),
    Permission.VARIABLE_EDIT: _Needs(None, ((EDIT, "Variables"),)),
    Permission.VARIABLE_DELETE: _Needs(None, ((DELETE, "Variables"),)),
    Permission.CONNECTION_READ: _Needs(None, ((READ, "Connections"),)),
    Permission.CONNECTION_CREATE: _Needs(None, ((CREATE, "Connections"),)),
    Permission.CONNECTION_EDIT: _Needs(None, ((EDIT, "Connections"),)),
    Permission.CONNECTION_DELETE: _Needs(None, ((DELETE, "Connections"),)),
    Permission.CONFIG_READ: _Needs(None, ((READ, "Configurations"),)),
    Permission.JOB_READ: _Needs(None, ((READ, "Jobs"),)),
    Permission.PLUGIN_READ: _Needs(None, ((READ, "Plugins"),)),
    Permission.PROVIDER_READ: _Needs(None, ((READ, "Providers"),)),
    Permission.USER_READ: _Needs(None, ((READ, "Users"),)),
    Permission.USER_CREATE: _Needs(None, ((CREATE, "Users"),)),
    Permission.USER_EDIT: _Needs(None, ((EDIT, "Users"),)),
    Permission.USER_DELETE: _Needs(None, ((DELETE, "Users"),)),
    Permission.ROLE_READ: _Needs(None, ((READ, "Roles"),)),
    Permission.ROLE_CREATE: _Needs(None, ((CREATE, "Roles"),)),
    Permission.ROLE_EDIT: _Needs(None, ((EDIT, "Roles"),)),
    Permission.ROLE_DELETE: _Needs(None, ((DELETE, "Roles"),)),
    Permission.PERMISSION_READ: _Needs(None, ((READ, "Permissions"),)),
    # Airflow has no words for these: who can give themselves any right has them too.
    Permission.DAG_FILE_CREATE: _Needs(None, ((EDIT, "Roles"),)),
    Permission.PLAN_READ: _Needs(None, ((EDIT, "Roles"),)),
}

# Airflow has one resource for tasks and their instances, and tells the two apart by the runs. To Airflow 3, who may
# see the runs of one DAG by its name may not for that reason see their task instances.
_READ_INSTANCES = ((READ, _RUNS), (READ, _INSTANCES))
_EDIT_INSTANCES = ((EDIT, _RUNS), (EDIT, _INSTANCES))

_NEEDS_OF: Mapping[int, Mapping[Permission, _Needs]] = {
    2: {
        **_NEEDS,
        Permission.TASK_INSTANCE_READ: _Needs(READ, _READ_INSTANCES),
        Permission.TASK_INSTANCE_EDIT: _Needs(EDIT, _EDIT_INSTANCES),
        # Airflow 2 shows all of the audit log to whoever may read it, Airflow 3 what is about their DAGs.
        Permission.EVENT_LOG_READ: _Needs(None, ((READ, "Audit Logs"),)),
    },
    3: {
        **_NEEDS,
        Permission.TASK_INSTANCE_READ: _Needs(READ, _READ_INSTANCES, named=False),
        Permission.TASK_INSTANCE_EDIT: _Needs(EDIT, _EDIT_INSTANCES, named=False),
        Permission.EVENT_LOG_READ: _kept("Audit Logs"),
        # Whoever may read roles may read what there is for them to permit.
        Permission.PERMISSION_READ: _Needs(None, ((READ, "Roles"),)),
    },
}

# What Airflow 2 calls otherwise.
_FORMER_NAMES = {"Datasets": "Assets"}


def grants_of(pairs: Iterable[Pair], generation: int) -> dict[Permission, Scope]:
    """Return what these pairs let somebody do in Airflow 2 or 3, each permission with the DAGs that it is held for."""
    names = _FORMER_NAMES if generation == 2 else {}
    held = frozenset((action, names.get(resource, resource)) for action, resource in pairs)
    by_name = _by_name(held)
    scopes = {permission: _scope(needs, held, by_name) for permission, needs in _NEEDS_OF[generation].items()}
    return {
        permission: scope
        for permission, scope in scopes.items()
        if scope or _parts_are_held(_NEEDS_OF[generation][permission], held)
    }


def _parts_are_held(needs: _Needs, held: frozenset[Pair]) -> bool:
    """Say whether what is needed beside the DAG is held for all of them: then Airflow lets ask, be there any DAG."""
    return bool(needs.dag and needs.others) and held.issuperset(needs.others)


def _by_name(held: frozenset[Pair]) -> dict[Pair, frozenset[str]]:
    """Return the DAGs that each action on DAGs, or on their runs, is permitted for by name."""
    found: dict[Pair, set[str]] = {}
    for action, name in held:
        for resource, prefix in _OF_ONE_DAG.items():
            if name.startswith(prefix):
                found.setdefault((action, resource), set()).add(name.removeprefix(prefix))
    return {pair: frozenset(dags) for pair, dags in found.items()}


def _scope(needs: _Needs, held: frozenset[Pair], by_name: Mapping[Pair, frozenset[str]]) -> Scope:
    """Return the DAGs for which all that is needed is held."""
    scope: Scope = EVERYTHING
    if needs.dag is not None and (needs.dag, _DAGS) not in held:
        scope = by_name.get((needs.dag, _DAGS), frozenset())
    for pair in needs.others:
        if pair not in held:
            some = by_name.get(pair, frozenset()) if needs.dag and needs.named else frozenset()
            scope = scope & some if isinstance(scope, frozenset) else some
    return scope
