"""Who may read what: the guard of each kind of row."""

from resolvers.access.permissions import Guard, Permission

DAGS = Guard((Permission.DAG_READ,), dag="dag_id")
RUNS = Guard((Permission.DAG_READ, Permission.RUN_READ), dag="dag_id")
# Airflow asks for both: a task instance tells of its run.
TASK_INSTANCES = Guard((Permission.DAG_READ, Permission.RUN_READ, Permission.TASK_INSTANCE_READ), dag="dag_id")
TASK_LOGS = Guard((Permission.DAG_READ, Permission.TASK_LOG_READ), dag="dag_id")
XCOMS = Guard((Permission.DAG_READ, Permission.XCOM_READ), dag="dag_id")
TASKS = Guard((Permission.DAG_READ, Permission.TASK_READ), dag="dag_id")
POOLS = Guard((Permission.POOL_READ,))
VARIABLES = Guard((Permission.VARIABLE_READ,))
