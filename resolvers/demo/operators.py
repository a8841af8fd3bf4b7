"""The operators that the demo's DAGs are made of, as each generation of Airflow finds them."""

from dataclasses import dataclass

_STANDARD = "airflow.providers.standard"
_CALLABLE = ("templates_dict", "op_args", "op_kwargs")


@dataclass(frozen=True)
class Operator:
    """One operator class: its module in Airflow 2 and in 3, its colour, and what of it is templated.

    `called` is what it calls itself where that is not the name of its class.
    """

    name: str
    airflow2: str
    airflow3: str
    color: str
    template_fields: tuple[str, ...] = ()
    called: str | None = None
    is_empty: bool = False
    is_sensor: bool = False

    @property
    def takes_callable(self) -> bool:
        """Whether it calls a Python function."""
        return "op_kwargs" in self.template_fields


PYTHON = Operator(
    "_PythonDecoratedOperator",
    "airflow.decorators.python",
    f"{_STANDARD}.decorators.python",
    "#ffefeb",
    _CALLABLE,
    "@task",
)
BRANCH = Operator(
    "_BranchPythonDecoratedOperator",
    "airflow.decorators.branch_python",
    f"{_STANDARD}.decorators.branch_python",
    "#ffefeb",
    _CALLABLE,
    "@task.branch",
)
BASH = Operator(
    "BashOperator",
    "airflow.operators.bash",
    f"{_STANDARD}.operators.bash",
    "#f0ede4",
    ("bash_command", "env", "cwd"),
)
EMPTY = Operator("EmptyOperator", "airflow.operators.empty", f"{_STANDARD}.operators.empty", "#e8f7e4", is_empty=True)
FILE_SENSOR = Operator(
    "FileSensor",
    "airflow.sensors.filesystem",
    f"{_STANDARD}.sensors.filesystem",
    "#91818a",
    ("filepath",),
    is_sensor=True,
)
PYTHON_SENSOR = Operator(
    "DecoratedSensorOperator",
    "airflow.decorators.sensor",
    f"{_STANDARD}.decorators.sensor",
    "#e6f1f2",
    ("op_args", "op_kwargs"),
    "@task.sensor",
    is_sensor=True,
)
TRIGGER = Operator(
    "TriggerDagRunOperator",
    "airflow.operators.trigger_dagrun",
    f"{_STANDARD}.operators.trigger_dagrun",
    "#ffefeb",
    ("trigger_dag_id", "trigger_run_id", "logical_date", "conf", "wait_for_completion", "skip_when_already_exists"),
)
APPROVAL = Operator(
    "ApprovalOperator",
    "airflow.sensors.python",
    f"{_STANDARD}.operators.hitl",
    "#e6f1f2",
    ("subject", "body"),
)
SQL = Operator(
    "SQLExecuteQueryOperator",
    "airflow.providers.common.sql.operators.sql",
    "airflow.providers.common.sql.operators.sql",
    "#cdaaed",
    ("conn_id", "sql", "parameters", "hook_params"),
)
SPARK = Operator(
    "SparkSubmitOperator",
    "airflow.providers.apache.spark.operators.spark_submit",
    "airflow.providers.apache.spark.operators.spark_submit",
    "#ff9933",
    ("application", "conf", "files", "application_args"),
)
KUBERNETES = Operator(
    "KubernetesPodOperator",
    "airflow.providers.cncf.kubernetes.operators.pod",
    "airflow.providers.cncf.kubernetes.operators.pod",
    "#f0ede4",
    ("image", "cmds", "arguments", "env_vars"),
)
EMAIL = Operator(
    "EmailOperator",
    "airflow.operators.email",
    "airflow.providers.smtp.operators.smtp",
    "#e6faf9",
    ("to", "subject", "html_content"),
)
SLACK = Operator(
    "SlackAPIPostOperator",
    "airflow.providers.slack.operators.slack",
    "airflow.providers.slack.operators.slack",
    "#ffba40",
    ("username", "text", "attachments", "blocks", "channel"),
)
