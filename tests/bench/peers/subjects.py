"""Which other servers there are, and what each is asked."""

from tests.bench.peers.airflow_requests import V1, V2, Generation, asks, asks_one_by_one
from tests.bench.peers.airflow_server import AirflowServer
from tests.bench.peers import postgraphile_requests, postgraphile_server
from tests.bench.subject import Subject


def _airflow(version: str, api: Generation, unlike: frozenset[str] = frozenset()) -> tuple[Subject, Subject]:
    """Return it as it is asked with care, and as plain scripts ask."""
    server = AirflowServer(version)
    minor = version.rpartition(".")[0]
    name = f"airflow_{minor.replace('.', '_')}"
    return (
        Subject(
            name=name,
            title=f"Airflow {version}",
            start=server.start,
            asks=asks(api),
            airflow=minor,
            missing=server.missing,
            unlike=unlike,
        ),
        Subject(
            name=f"{name}_each",
            title=f"Airflow {version}, a request per run",
            start=server.start,
            asks=asks_one_by_one(api),
            airflow=minor,
            missing=server.missing,
        ),
    )


PEERS: tuple[Subject, ...] = (
    Subject(
        name="postgraphile",
        title="PostGraphile 5",
        start=postgraphile_server.start,
        asks=postgraphile_requests.asks(),
        # The task instances of Airflow 2 have no column that could count them.
        airflow="3.3",
        missing=postgraphile_server.missing,
    ),
    *_airflow("2.11.2", V1),
    # Its v2 has other fields than v1, which W4 compares.
    *_airflow("3.3.2", V2, unlike=frozenset({"W4"})),
)
