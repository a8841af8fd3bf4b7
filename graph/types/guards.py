"""Who may read what: the guard of each kind of row."""

from resolvers.access.permissions import Guard, Permission

DAGS = Guard((Permission.DAG_READ,), dag="dag_id")
EDITABLE_DAGS = Guard((Permission.DAG_EDIT,), dag="dag_id")
RUNS = Guard((Permission.DAG_READ, Permission.RUN_READ), dag="dag_id")
# Airflow asks for both: a task instance tells of its run.
TASK_INSTANCES = Guard((Permission.DAG_READ, Permission.RUN_READ, Permission.TASK_INSTANCE_READ), dag="dag_id")
TASK_LOGS = Guard((Permission.DAG_READ, Permission.TASK_LOG_READ), dag="dag_id")
XCOMS = Guard((Permission.DAG_READ, Permission.XCOM_READ), dag="dag_id")
TASKS = Guard((Permission.DAG_READ, Permission.TASK_READ), dag="dag_id")
POOLS = Guard((Permission.POOL_READ,))
VARIABLES = Guard((Permission.VARIABLE_READ,))
ASSETS = Guard((Permission.ASSET_READ,))
# Assets are everybody's, but which DAGs wait for them, and which tasks update them, tells of DAGs.
DAG_ASSETS = Guard((Permission.ASSET_READ, Permission.DAG_READ), dag="dag_id")
TASK_ASSETS = Guard((Permission.ASSET_READ, Permission.DAG_READ, Permission.TASK_READ), dag="dag_id")
USERS = Guard((Permission.USER_READ,))
ROLES = Guard((Permission.ROLE_READ,))
# What there is to be permitted, apart from who is: Airflow asks for a permission of its own.
ACTIONS = Guard((Permission.PERMISSION_READ,))
# No task made those that were made through the API.
ASSET_EVENTS = Guard((Permission.ASSET_READ, Permission.DAG_READ), dag="source_dag_id", or_none=True)
# A job that runs a task of a DAG tells of the DAG; a scheduler's is of none.
JOBS = Guard((Permission.JOB_READ, Permission.DAG_READ), dag="dag_id", or_none=True)
CONNECTIONS = Guard((Permission.CONNECTION_READ,))
EVENT_LOGS = Guard((Permission.EVENT_LOG_READ,), dag="dag_id")
DAG_WARNINGS = Guard((Permission.DAG_READ, Permission.DAG_WARNING_READ), dag="dag_id")
# An error is of a file, and is seen by whoever may read one of the DAGs that were in it.
IMPORT_ERRORS = Guard((Permission.IMPORT_ERROR_READ, Permission.DAG_READ), dag="dag_id", through="dags")
# A file shows all of its DAGs.
DAG_SOURCES = Guard((Permission.DAG_READ, Permission.DAG_SOURCE_READ), dag="dag_id", through="dags_in_file", every=True)

# Who sees what is masked for others: whoever may edit it could put it to use anyway.
TASK_INSTANCE_EDITORS = Guard((Permission.TASK_INSTANCE_EDIT,), dag="dag_id")
RUN_EDITORS = Guard((Permission.RUN_EDIT,), dag="dag_id")
VARIABLE_EDITORS = Guard((Permission.VARIABLE_EDIT,))
ASSET_EDITORS = Guard((Permission.ASSET_CREATE,))
