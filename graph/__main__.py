"""The command line: serve, demo, check, token, schema."""

import os
import sys

import click

from graph import __version__
from graph.app import create_app
from graph.demo import serve_demo
from graph.schema import sdl, the_schema
from graph.serving import announcement, check_address, run
from resolvers.errors import Problem
from resolvers.settings import PREFIX, Role, check_exposure, load_settings, unknown_variables
from resolvers.setup import Level, examine, open_service, place_of
from resolvers.tokens import new_token

_MARKS = {Level.GOOD: ("ok", "green"), Level.NOTE: ("note", "yellow"), Level.BAD: ("missing", "red")}


class _Told(click.ClickException):
    """A refusal, as the command line shows it."""

    exit_code = 2

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.hint = problem.hint

    def show(self, file: object = None) -> None:
        """Say what is wrong, then what to do."""
        del file
        click.secho(f"Error: {self.message}", fg="red", err=True)
        if self.hint:
            click.echo(f"  {self.hint}", err=True)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="airflow-graph")
def main() -> None:
    """Serve a GraphQL API, and the REST dialects of older clients, over Airflow's metadata database."""


_DATABASE = click.option(
    "--db",
    "database",
    metavar="URL",
    help="Airflow's metadata database. Unset: AIRFLOW__DATABASE__SQL_ALCHEMY_CONN, its _CMD form, or "
    "$AIRFLOW_HOME/airflow.cfg, as Airflow itself looks for it.",
)
_HOST = click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
_PORT = click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.  [default: 8088]")


@main.command()
@_DATABASE
@_HOST
@_PORT
@click.option("--workers", type=click.IntRange(1, 64), help="Number of server processes.  [default: 1]")
@click.option(
    "--anonymous",
    "anonymous_role",
    metavar="ROLE",
    help="Let callers without credentials in, in this role: viewer, user, op, admin, or one that Airflow's database "
    "has. From this machine alone, unless it permits nothing.",
)
def serve(**told: object) -> None:
    """Serve Airflow's metadata.

    Callers send 'Authorization: Bearer <token>'; tokens are named by AIRFLOW_GRAPH_TOKENS=name:role:token, and made by
    'airflow-graph token'. Or they send what AIRFLOW_GRAPH_AUTHENTICATION names: 'airflow' for what Airflow itself
    takes, 'basic' for its users' passwords, and others.
    Every setting has an environment variable AIRFLOW_GRAPH_<NAME>; 'airflow-graph check' looks at them all.
    """
    try:
        settings = load_settings(**told)
        _warn_of_unknown_variables()
        check_exposure(settings)
        check_address(settings)
        opened = open_service(settings)
        place = f"{place_of(opened.database.value)}, from {opened.database.source}"
        click.echo(announcement(settings, opened.service, place), err=True)
    except Problem as problem:
        raise _Told(problem) from None
    if settings.workers == 1:
        run(settings, create_app(opened.service))
        return
    opened.service.close()
    # Each worker opens the database for itself, by what the environment then says.
    os.environ.update({f"{PREFIX}{name.upper()}": str(value) for name, value in told.items() if value is not None})
    run(settings, "graph.app:from_environment")


@main.command()
@click.option("--airflow", type=click.Choice(["2", "3"]), default="3", show_default=True, help="Which layout.")
@_PORT
def demo(airflow: str, port: int | None) -> None:
    """Serve an embedded world to play with.

    Nothing has to be installed or configured. The world is made anew at every start, and is gone at the end.
    """
    try:
        serve_demo(airflow=int(airflow), port=port)
    except Problem as problem:
        raise _Told(problem) from None


@main.command()
@_DATABASE
def check(**told: object) -> None:
    """Say what is found, and what is missing.

    That is the database, what can be read and written of it, keys, logs, and who may call. Ends with 1 where something
    is missing that serving needs. Changes nothing.
    """
    try:
        settings = load_settings(**told)
        _warn_of_unknown_variables()
        findings = examine(settings)
    except Problem as problem:
        raise _Told(problem) from None
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        mark, color = _MARKS[finding.level]
        click.echo(f"{click.style(f'{mark:8}', fg=color)} {finding.subject:{width}}  {finding.found}")
        if finding.advice:
            click.echo(f"{'':8} {'':{width}}  -> {finding.advice}")
    if any(finding.level is Level.BAD for finding in findings):
        sys.exit(1)


@main.command()
@click.option("--name", required=True, help="Who will hold it; Airflow's audit log will say so.")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.VIEWER.value,
    show_default=True,
    help="What they may do.",
)
@click.option(
    "--dag",
    "dags",
    multiple=True,
    metavar="ID",
    help="Limit what they may do to this DAG, and to those of further --dag; pools and the like are then out of reach.",
)
def token(name: str, role: str, dags: tuple[str, ...]) -> None:
    """Make a static token, and the line that lets its holder in.

    Prints two lines: the token, which is kept nowhere, and an entry for AIRFLOW_GRAPH_TOKENS or the file of
    AIRFLOW_GRAPH_TOKENS_FILE, which holds a digest and is no secret.
    """
    try:
        made = new_token(name, Role(role), dags)
    except Problem as problem:
        raise _Told(problem) from None
    click.echo("For who holds it, to be sent as 'Authorization: Bearer <token>':", err=True)
    click.echo(made.value)
    click.echo(f"For {PREFIX}TOKENS, or the file of {PREFIX}TOKENS_FILE:", err=True)
    click.echo(made.entry)


@main.command()
def schema() -> None:
    """Print the schema in GraphQL's own language."""
    click.echo(sdl(the_schema()), nl=False)


def _warn_of_unknown_variables() -> None:
    for name, meant in unknown_variables(os.environ).items():
        click.secho(
            f"Warning: {name} is no setting" + (f"; is {meant} meant?" if meant else "."), fg="yellow", err=True
        )


if __name__ == "__main__":
    main()
