"""Which other servers there are, and what each is asked."""

from collections.abc import Mapping

from tests.bench.peers import postgraphile_requests, postgraphile_server
from tests.bench.peers.airflow_requests import V1, V2, Generation, asks, asks_one_by_one
from tests.bench.peers.airflow_server import AirflowServer
from tests.bench.subject import Prepare, Subject


def _airflow(version: str, api: Generation, unlike: frozenset[str] = frozenset()) -> tuple[Subject, ...]:
    """Return it as it is asked with care, and as plain scripts ask."""
    server = AirflowServer(version)
    minor = version.rpartition(".")[0]
    name = f"airflow_{minor.replace('.', '_')}"

    def subject(suffix: str, manner: str, asked: Mapping[str, Prepare]) -> Subject:
        return Subject(
            name=name + suffix,
            title=f"Airflow {version}{manner}",
            start=server.start,
            asks=asked,
            airflow=minor,
            missing=server.missing,
            unlike=unlike,
        )

    return subject("", "", asks(api)), subject("_each", ", a request per run", asks_one_by_one(api))


PEERS: tuple[Subject, ...] = (
    Subject(
        name="postgraphile",
        title="PostGraphile 5",
        start=postgraphile_server.start,
        asks=postgraphile_requests.asks(),
        # The task instances of Airflow 2 have no column by which it could count them.
        airflow="3.3",
        missing=postgraphile_server.missing,
    ),
    *_airflow("2.11.2", V1),
    # W4 is in the words of v1, its v2 has others.
    *_airflow("3.3.2", V2, unlike=frozenset({"W4"})),
)
