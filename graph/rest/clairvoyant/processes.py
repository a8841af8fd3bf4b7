"""Commands that would start processes of Airflow: refused, with what starts them."""

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.command import Command, Parameter, box, text
from graph.rest.clairvoyant.told import FailedError, Told

# What starts each of them in Airflow 2 and 3.
_LINES = {
    "scheduler": "airflow scheduler",
    "worker": "airflow celery worker",
    "flower": "airflow celery flower",
    "kerberos": "airflow kerberos",
    "serve_logs": "airflow celery worker, which serves its logs by itself",
}


def _refused(asked: Asked) -> Told:
    """Say what to use instead."""
    raise FailedError(
        f"This server starts no processes. On the machine that is to run it, use: {_LINES[asked.command]}."
    )


_COMMON = (
    text("pid", "PID file location"),
    box("daemon", "Daemonize instead of running in the foreground"),
    text("stdout", "Redirect stdout to this file"),
    text("stderr", "Redirect stderr to this file"),
    text("log-file", "Location of the log file"),
)
_PICKLE = box(
    "do_pickle",
    "Attempt to pickle the DAG object to send over to the workers, instead of letting workers run their version of "
    "the code",
)

COMMANDS = (
    Command(
        "kerberos",
        "Start a kerberos ticket renewer",
        _refused,
        (Parameter("principal", "Kerberos principal", place=1), text("keytab", "Keytab"), *_COMMON),
    ),
    Command(
        "worker",
        "Start a Celery worker node",
        _refused,
        (
            _PICKLE,
            text("queues", "Comma delimited list of queues to serve"),
            text("concurrency", "The number of worker processes"),
            *_COMMON,
        ),
    ),
    Command(
        "flower",
        "Start a Celery Flower",
        _refused,
        (
            text("hostname", "Set the hostname on which to run the server"),
            text("port", "The port on which to run the server"),
            text("flower_conf", "Configuration file for flower"),
            text("broker_api", "Broker api"),
            *_COMMON,
        ),
    ),
    Command(
        "scheduler",
        "Start a scheduler instance",
        _refused,
        (
            text("dag_id", "The id of the dag"),
            text("subdir", "File location or directory from which to look for the dag"),
            text("run-duration", "Set number of seconds to execute before exiting"),
            text("num_runs", "Set the number of runs to execute before exiting"),
            _PICKLE,
            *_COMMON,
        ),
    ),
    Command("serve_logs", "Serve logs generate by worker", _refused),
)
