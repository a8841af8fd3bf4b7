"""The command: `python -m tests.bench`."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tests.bench import ours
from tests.bench.client import RefusedError
from tests.bench.databases import CACHE, UnsuitableServerError, opened
from tests.bench.handwritten.subjects import subjects as handwritten
from tests.bench.launching import NotStartedError
from tests.bench.measuring import DifferentError, compare, measure, started
from tests.bench.options import in_rounds, on_a_database
from tests.bench.ordinary.subject import subject as ordinary
from tests.bench.peers.subjects import PEERS
from tests.bench.picture import draw
from tests.bench.results import Results
from tests.bench.seed import Size, Told
from tests.bench.subject import Subject
from tests.bench.table import rendered
from tests.bench.workloads import WORKLOADS

_WORKLOADS = [workload.name for workload in WORKLOADS]
_WIDTH = 134
"""Of a table that goes into a file."""
_PAGES = "\n".join(f"  {workload.name}  {workload.asked}" for workload in WORKLOADS)


@click.command(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=f"\b\nThe pages that are asked for:\n{_PAGES}",
)
@on_a_database
@click.option(
    "--task-instances",
    type=click.IntRange(1000, 20_000_000),
    default=205_000,
    show_default=True,
    help="How many task instances there are, about; 10,000 are 500 runs, 205,000 are 10,000.",
)
@click.option("--peers", is_flag=True, help="Also measure real Airflow 2.11 and 3.3 and PostGraphile, where installed.")
@click.option(
    "-w", "--workload", "names", multiple=True, type=click.Choice(_WORKLOADS), help="Only this page; repeatable."
)
@click.option("-s", "--subject", "chosen", multiple=True, metavar="NAME", help="Only this subject; repeatable.")
@in_rounds(rounds=41, seconds=0.05, picture="bench.png")
def main(
    airflow: str,
    database: str,
    postgres: str | None,
    task_instances: int,
    peers: bool,
    names: tuple[str, ...],
    chosen: tuple[str, ...],
    rounds: int,
    seconds: float,
    output: Path,
) -> None:
    """Measure what answers cost: CPU time per request, of the server and of its database backends.

    Ours, the same answers written by hand, and an ordinary Strawberry server answer the same pages from the same
    database, in turns. All answers are compared before anything is measured.
    """
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH)
    size = Size.of(task_instances)
    workloads = [name for name in _WORKLOADS if not names or name in names]
    subjects = _subjects(database, chosen, peers=peers)
    # Whoever ends this run ends the servers that it has started.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    try:
        with (
            opened(database, postgres) as databases,
            _bars(console) as (seeding, stepping),
            started(
                subjects, databases, airflow, size, CACHE / "subjects", seeding=seeding, workloads=workloads
            ) as running,
        ):
            for name in workloads:
                compare(running, name)
            step = stepping((rounds + 1) * sum(len(each.askings) for each in running))
            measured = measure(running, workloads, rounds=rounds, seconds=seconds, step=step)
    except (UnsuitableServerError, NotStartedError, DifferentError, RefusedError) as error:
        raise click.ClickException(str(error)) from None
    results = Results(airflow, database, size, measured, rounds)
    console.print(rendered(results))
    output.parent.mkdir(parents=True, exist_ok=True)
    draw(results, output)
    figures = output.with_suffix(".json")
    figures.write_text(json.dumps(results.document(), indent=1) + "\n")
    console.print(f"\n{output}\n{figures}", highlight=False)


def _subjects(kind: str, chosen: tuple[str, ...], *, peers: bool) -> list[Subject]:
    """Return who is measured; those who cannot be say why."""
    found = [ours.subject(), *handwritten(kind), ordinary()]
    if peers and kind == "postgresql":
        for peer in PEERS:
            missing = peer.missing()
            if missing is None:
                found.append(peer)
            else:
                click.echo(f"{peer.title} is left out: {missing}", err=True)
    unknown = set(chosen) - {subject.name for subject in found}
    if unknown:
        known = ", ".join(subject.name for subject in found)
        raise click.BadParameter(
            f"There is no {', '.join(sorted(unknown))}; there are {known}.", param_hint="--subject"
        )
    return [subject for subject in found if not chosen or subject.name in chosen]


_Step = Callable[[str, str], None]


@contextmanager
def _bars(console: Console) -> Iterator[tuple[Callable[[str], Told], Callable[[int], _Step]]]:
    """Return what shows how far the seeding of a database, and the measuring, has come."""
    columns = (
        TextColumn("{task.description:44}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f}"),
    )
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:

        def seeding(minor: str) -> Told:
            bar = None

            def told(done: int, whole: int) -> None:
                nonlocal bar
                if bar is None:
                    bar = progress.add_task(f"Seeding Airflow {minor}, task instances", total=whole)
                progress.update(bar, completed=done)

            return told

        def stepping(whole: int) -> _Step:
            bar = progress.add_task("Measuring", total=whole)

            def step(workload: str, subject: str) -> None:
                progress.update(bar, advance=1, description=f"{workload}, {subject}"[:44])

            return step

        yield seeding, stepping


if __name__ == "__main__":
    sys.exit(main())
