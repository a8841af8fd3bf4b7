"""The options that both commands of the benchmark take: which database is asked, for how long, and where it is told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tests.bench.databases import CACHE
from tests.stores import MINORS

Command = Callable[..., Any]


def on_a_database(command: Command) -> Command:
    """Let a command be told whose tables are asked, in which kind of database, on which server."""
    options = (
        click.option("--airflow", type=click.Choice(MINORS), default="3.3", show_default=True, help="Whose tables."),
        click.option(
            "--database", type=click.Choice(["postgresql", "sqlite"]), default="postgresql", show_default=True
        ),
        click.option(
            "--postgres",
            metavar="URL",
            help="A PostgreSQL server on this machine on which databases and users may be made. Unset: one from the "
            "wheel pgserver. Databases are called bench_..., and stay.",
        ),
    )
    return _with(command, options)


def in_rounds(rounds: int, seconds: float, picture: str) -> Callable[[Command], Command]:
    """Let a command be told how often and how long it asks, unless as here, and where its picture goes."""
    options = (
        click.option(
            "--rounds",
            type=click.IntRange(1, 101),
            default=rounds,
            show_default=True,
            help="Rounds, of which the median.",
        ),
        click.option(
            "--seconds",
            type=click.FloatRange(0.02, 60),
            default=seconds,
            show_default=True,
            help="How long a page is asked for in a round.",
        ),
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path, dir_okay=False),
            default=CACHE / "results" / picture,
            show_default=True,
            help="The picture; the figures are written beside it as JSON.",
        ),
    )
    return lambda command: _with(command, options)


def _with(command: Command, options: tuple[Callable[[Command], Command], ...]) -> Command:
    """Return the command with options, which help tells in this order."""
    for option in reversed(options):
        command = option(command)
    return command
