"""The root fields of queries."""

import strawberry

from graph.roots import KeyPart, root_list, root_node, root_nodes, root_one
from graph.types.asset import Asset, AssetAlias, AssetFilter, AssetOrder
from graph.types.asset_event import (
    AssetEvent,
    AssetEventFilter,
    AssetEventOrder,
    QueuedAssetEvent,
    QueuedAssetEventFilter,
)
from graph.types.backfill import Backfill, BackfillFilter, BackfillOrder
from graph.types.connection import ConnectionSettings, ConnectionSettingsFilter
from graph.types.dag import DAG, DagFilter, DagOrder
from graph.types.dag_run import DagRun, DagRunFilter, DagRunOrder
from graph.types.dag_warning import DagWarning, DagWarningFilter
from graph.types.deployment import Deployment, Viewer, deployment, viewer
from graph.types.event_log import EventLog, EventLogFilter, EventLogOrder
from graph.types.health import Health, health
from graph.types.import_error import ImportErrorFilter, ImportErrorOrder, ParseImportError
from graph.types.installation import ConfigSection, Plugin, Provider, config, plugins, providers
from graph.types.job import Job, JobFilter, JobOrder
from graph.types.node import Node
from graph.types.paging import Page
from graph.types.pool import Pool, PoolFilter
from graph.types.role import Permission, PermissionAction, Role, RoleFilter, RoleOrder
from graph.types.task_instance import TaskInstance, TaskInstanceFilter, TaskInstanceOrder
from graph.types.user import User, UserFilter, UserOrder
from graph.types.variable import Variable, VariableFilter
from graph.types.xcom import XCom, XComFilter, XComOrder

_DAG_ID = KeyPart("dag_id", "The DAG's id.")
_RUN_ID = KeyPart("run_id", "The run's id.")
_TASK_ID = KeyPart("task_id", "The task's id.")
_MAP_INDEX = KeyPart("map_index", "Which of a mapped task's instances; -1 for one that is not mapped.", int, -1)
_BY_KEY = "null if there is none that you may see."


@strawberry.type(description="What can be read.")
class Query:
    """What can be read."""

    viewer: Viewer = strawberry.field(resolver=viewer, description="Who is calling, and what they may do.")
    deployment: Deployment = strawberry.field(
        resolver=deployment, description="Which Airflow this is, as its metadata database tells."
    )
    node: Node | None = root_node(f"The object of an id; {_BY_KEY}")
    nodes: list[Node | None] = root_nodes("The objects of ids, in their order; null where there is none.")
    dags: Page[DAG] | None = root_list("DAGs, by id.", order="dag_id", filter=DagFilter, order_by=DagOrder)
    dag: DAG | None = root_one(f"A DAG by its id; {_BY_KEY}", dag_id=_DAG_ID)
    dag_runs: Page[DagRun] | None = root_list(
        "DAG runs of all DAGs, newest first. In Airflow 2 no index serves this: it reads every run, which "
        "`orderBy: ID_DESC` does not.",
        order="-run_after",
        filter=DagRunFilter,
        order_by=DagRunOrder,
    )
    dag_run: DagRun | None = root_one(f"A DAG run by its ids; {_BY_KEY}", dag_id=_DAG_ID, run_id=_RUN_ID)
    task_instances: Page[TaskInstance] | None = root_list(
        "Task instances of all DAGs, by DAG, run, task and map index.",
        order="dag_id,run_id,task_id,map_index",
        filter=TaskInstanceFilter,
        order_by=TaskInstanceOrder,
    )
    task_instance: TaskInstance | None = root_one(
        f"A task instance by its ids; {_BY_KEY}",
        dag_id=_DAG_ID,
        run_id=_RUN_ID,
        task_id=_TASK_ID,
        map_index=_MAP_INDEX,
    )
    xcoms: Page[XCom] | None = root_list(
        "XComs of all DAGs, by DAG, task, run, map index and key.",
        order="dag_id,task_id,run_id,map_index,key",
        filter=XComFilter,
        order_by=XComOrder,
    )
    xcom: XCom | None = root_one(
        f"An XCom by its ids and its key; {_BY_KEY}",
        dag_id=_DAG_ID,
        run_id=_RUN_ID,
        task_id=_TASK_ID,
        key=KeyPart("key", "The XCom's key.", str, "return_value"),
        map_index=_MAP_INDEX,
    )
    pools: Page[Pool] | None = root_list("Pools, by name.", order="pool", filter=PoolFilter)
    pool: Pool | None = root_one(f"A pool by its name; {_BY_KEY}", name=KeyPart("pool", "The pool's name."))
    variables: Page[Variable] | None = root_list("Variables, by key.", order="key", filter=VariableFilter)
    variable: Variable | None = root_one(f"A variable by its key; {_BY_KEY}", key=KeyPart("key", "The variable's key."))
    connections: Page[ConnectionSettings] | None = root_list(
        "Connections, by id.", order="conn_id", filter=ConnectionSettingsFilter
    )
    connection: ConnectionSettings | None = root_one(
        f"A connection by its id; {_BY_KEY}", connection_id=KeyPart("conn_id", "The connection's id.")
    )
    event_logs: Page[EventLog] | None = root_list(
        "What was done, the last first.", order="-id", filter=EventLogFilter, order_by=EventLogOrder
    )
    event_log: EventLog | None = root_one(
        f"An event log by its number; {_BY_KEY}", event_log_id=KeyPart("id", "The event log's number.", int)
    )
    import_errors: Page[ParseImportError] | None = root_list(
        "Files that could not be imported, by number.",
        order="id",
        filter=ImportErrorFilter,
        order_by=ImportErrorOrder,
    )
    import_error: ParseImportError | None = root_one(
        f"An import error by its number; {_BY_KEY}", import_error_id=KeyPart("id", "The import error's number.", int)
    )
    dag_warnings: Page[DagWarning] | None = root_list(
        "What Airflow finds wrong with DAGs, by DAG.", order="dag_id,warning_type", filter=DagWarningFilter
    )
    jobs: Page[Job] | None = root_list(
        "Airflow's processes that tell the database that they are alive, the one started last first.",
        order="-id",
        filter=JobFilter,
        order_by=JobOrder,
    )
    job: Job | None = root_one(f"A job by its number; {_BY_KEY}", job_id=KeyPart("id", "The job's number.", int))
    health: Health | None = strawberry.field(
        resolver=health, description="Whether Airflow's scheduler, triggerer and DAG processor are alive."
    )
    config: list[ConfigSection] | None = strawberry.field(
        resolver=config,
        description="Airflow's configuration, as its file and environment say it. Refused unless its `expose_config` "
        "lets it be shown; secrets are hidden in any case.",
    )
    providers: list[Provider] | None = strawberry.field(
        resolver=providers, description="The provider packages that Airflow has installed, by its command line."
    )
    plugins: list[Plugin] | None = strawberry.field(
        resolver=plugins, description="The plugins that Airflow has loaded, by its command line."
    )
    assets: Page[Asset] | None = root_list(
        "Assets, which Airflow 2 calls datasets, by number.", order="id", filter=AssetFilter, order_by=AssetOrder
    )
    asset: Asset | None = root_one(
        f"An asset by its number; {_BY_KEY}", asset_id=KeyPart("id", "The asset's number.", int)
    )
    asset_events: Page[AssetEvent] | None = root_list(
        "Updates of assets, the latest first.", order="-id", filter=AssetEventFilter, order_by=AssetEventOrder
    )
    asset_aliases: Page[AssetAlias] | None = root_list("Aliases of assets, by number.", order="id")
    queued_asset_events: Page[QueuedAssetEvent] | None = root_list(
        "Updates of assets that the DAGs which wait for them have not used yet, by asset and DAG.",
        order="asset_id,dag_id",
        filter=QueuedAssetEventFilter,
    )
    backfills: Page[Backfill] | None = root_list(
        "Backfills, the one made last first. Since Airflow 3.0.",
        order="-id",
        filter=BackfillFilter,
        order_by=BackfillOrder,
    )
    backfill: Backfill | None = root_one(
        f"A backfill by its number; {_BY_KEY}", backfill_id=KeyPart("id", "The backfill's number.", int)
    )
    users: Page[User] | None = root_list(
        "Users, the one made first first; none in an Airflow 3 without the FAB auth manager.",
        order="id",
        filter=UserFilter,
        order_by=UserOrder,
    )
    user: User | None = root_one(
        f"A user by their user name; {_BY_KEY}", username=KeyPart("username", "The user's name, as it is spelled.")
    )
    roles: Page[Role] | None = root_list(
        "Roles, by name; none in an Airflow 3 without the FAB auth manager.",
        order="name",
        filter=RoleFilter,
        order_by=RoleOrder,
    )
    role: Role | None = root_one(f"A role by its name; {_BY_KEY}", name=KeyPart("name", "The role's name."))
    permissions: Page[Permission] | None = root_list(
        "What roles may permit: each action on each resource, by number.", order="id"
    )
    permission_actions: Page[PermissionAction] | None = root_list(
        "What can be done to resources, by number.", order="id"
    )
