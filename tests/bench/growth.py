"""The command `python -m tests.bench.growth`: what the same pages cost while the database grows."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.bench import ours
from tests.bench.client import Client
from tests.bench.cpu import Meter
from tests.bench.databases import CACHE, Databases, UnsuitableServerError, opened
from tests.bench.growth_pages import PAGES, Page
from tests.bench.growth_picture import draw
from tests.bench.growth_table import Grown, rendered
from tests.bench.launching import NotStartedError, stop
from tests.bench.measuring import Started, measure
from tests.bench.options import in_rounds, on_a_database
from tests.bench.seed import Size
from tests.bench.subject import Place

SIZES = (10_000, 100_000, 2_000_000)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@on_a_database
@click.option(
    "-n",
    "--task-instances",
    "sizes",
    multiple=True,
    type=click.IntRange(1000, 20_000_000),
    help="How many task instances a database has, about; repeatable.  [default: 10,000, 100,000 and 2,000,000]",
)
@click.option(
    "-p", "--page", "chosen", multiple=True, metavar="TEXT", help="Only pages whose name has this in it; repeatable."
)
@in_rounds(rounds=7, seconds=0.2, picture="growth.png")
def main(
    airflow: str,
    database: str,
    postgres: str | None,
    sizes: tuple[int, ...],
    chosen: tuple[str, ...],
    rounds: int,
    seconds: float,
    output: Path,
) -> None:
    """Measure whether answers cost more while a database grows: CPU time per request, server and database.

    Databases of several sizes are seeded once and kept; seeding two million task instances takes some minutes and
    3 GB. Each is served by a server of its own, and all are asked the same pages, in turns.
    """
    # What is not a terminal has no width that lines would have to be cut to.
    console = Console(width=None if sys.stdout.isatty() else 170)
    pages = [page for page in PAGES if not chosen or any(text in page.name for text in chosen)]
    if not pages:
        raise click.BadParameter(f"There are: {'; '.join(page.name for page in PAGES)}.", param_hint="--page")
    wanted = [Size.of(number) for number in sorted(set(sizes or SIZES))]
    try:
        with (
            opened(database, postgres) as databases,
            _bars(console) as progress,
            _started(databases, airflow, wanted, pages, progress) as running,
        ):
            bar = progress.add_task("Measuring", total=(rounds + 1) * len(pages) * len(wanted))
            measured = measure(
                running,
                [page.name for page in pages],
                rounds=rounds,
                seconds=seconds,
                step=lambda page, _: progress.update(bar, advance=1, description=page),
            )
    except (UnsuitableServerError, NotStartedError) as error:
        raise click.ClickException(str(error)) from None
    grown = [
        Grown(
            page,
            tuple(
                (size, each)
                for size in wanted
                for each in measured
                if _is_of(each.subject.name, size) and each.workload == page.name
            ),
        )
        for page in pages
    ]
    console.print(rendered(grown))
    output.parent.mkdir(parents=True, exist_ok=True)
    draw(grown, airflow, database, output)
    figures = output.with_suffix(".json")
    figures.write_text(json.dumps([each.document() for each in grown], indent=1) + "\n")
    console.print(f"\n{output}\n{figures}", highlight=False)


def _name(size: Size) -> str:
    return f"growth_{size.name}"


def _is_of(name: str, size: Size) -> bool:
    return name == _name(size)


@contextmanager
def _bars(console: Console) -> Iterator[Progress]:
    columns = (
        TextColumn("{task.description:44}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        yield progress


@contextmanager
def _started(
    databases: Databases, airflow: str, sizes: list[Size], pages: list[Page], progress: Progress
) -> Iterator[list[Started]]:
    """Start a server for each size, and find out what is asked of it."""
    with ExitStack() as stack:
        found = []
        for size in sizes:
            bar = progress.add_task(f"Seeding {size.task_instances:,} task instances", total=size.task_instances)
            url = databases.seeded(airflow, size, lambda done, _, bar=bar: progress.update(bar, completed=done))  # type: ignore[misc]
            progress.update(bar, completed=size.task_instances)
            subject = replace(ours.subject(), name=_name(size), title=f"{size.task_instances:,} task instances")
            folder = CACHE / "subjects" / subject.name
            folder.mkdir(parents=True, exist_ok=True)
            running = subject.start(Place(databases.own(url, subject.name), airflow, folder))
            stack.callback(stop, running.processes)
            client = Client(running.address, running.headers)
            stack.callback(client.close)
            askings = {page.name: page.prepare(client, size) for page in pages}
            meter = Meter(running, lambda name=subject.name: databases.backends(name))  # type: ignore[misc]
            found.append(Started(subject, meter, askings))
        yield found


if __name__ == "__main__":
    sys.exit(main())
