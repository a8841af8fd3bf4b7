"""The server of one form: `python -m tests.bench.handwritten --driver asyncpg --form json --db URL --port 8000`."""

import gc

import click
import uvicorn

from tests.bench.handwritten import postgresql_json, postgresql_rows, sqlite_json, sqlite_rows
from tests.bench.handwritten.application import Application
from tests.bench.handwritten.asking import Names
from tests.bench.handwritten.drivers import DRIVERS

_FORMS = {
    ("postgresql", "rows"): postgresql_rows,
    ("postgresql", "json"): postgresql_json,
    ("sqlite", "rows"): sqlite_rows,
    ("sqlite", "json"): sqlite_json,
}


@click.command()
@click.option("--db", "url", required=True)
@click.option("--airflow", required=True)
@click.option("--driver", type=click.Choice(list(DRIVERS)), required=True)
@click.option("--form", type=click.Choice(["rows", "json"]), required=True)
@click.option("--port", type=int, required=True)
def main(url: str, airflow: str, driver: str, form: str, port: int) -> None:
    """Serve the hand-written answers."""
    answers = _FORMS[url.partition(":")[0], form].answers(Names.of(airflow))
    application = Application(DRIVERS[driver](url), answers)
    # An answer has no cycles, but tens of thousands of objects: to look through them costs more than to make them.
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,
    )


if __name__ == "__main__":
    main()
