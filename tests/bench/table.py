"""The table of a run, with bars of text."""

from math import log10

from rich.console import Group
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from tests.bench.measuring import Measured
from tests.bench.results import Results

BAR = 28
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def rendered(results: Results) -> Group:
    """Return a table for each workload, and the goals."""
    totals = [each.total for each in results.measured]
    lowest, highest = min(totals) / 1.6, max(totals)
    parts: list[object] = []
    for workload in results.workloads:
        table = Table(box=None, padding=(0, 1), title_justify="left", pad_edge=False)
        table.title = Text.assemble((f"{workload.name} {workload.title}", "bold"), f"   {workload.asked}")
        table.add_column("", min_width=30, no_wrap=True)
        for heading in ("server", "database", "total"):
            table.add_column(heading, justify="right", min_width=8, no_wrap=True)
        table.add_column("x limit", justify="right", min_width=13)
        table.add_column("spread", justify="right", min_width=6)
        table.add_column("", no_wrap=True, min_width=BAR)
        limit = results.limit(workload.name)
        for each in results.of(workload.name):
            table.add_row(*_row(each, limit, lowest, highest), style=_style(each, limit))
        parts += [table, Text("")]
    parts += [
        Text("CPU milliseconds per request, medians of the rounds; bars are logarithmic.", "dim"),
        Text("x limit: with a 95 % interval. Spread: half the distance of the quartiles.", "dim"),
    ]
    parts += [Rule("Goals", align="left")]
    for goal in results.goals():
        mark, style = {True: ("met     ", "green"), False: ("not met ", "red"), None: ("-       ", "dim")}[goal.met]
        parts.append(Text.assemble((mark, style), goal.sentence))
    return Group(*parts)  # type: ignore[arg-type] # they are all renderables


def _row(each: Measured, limit: Measured | None, lowest: float, highest: float) -> tuple[str, ...]:
    return (
        each.subject.title,
        number(each.cost.server),
        number(each.cost.database),
        number(each.total),
        _ratio(each, limit),
        f"±{each.spread:.1%}",
        _bar(each.total, lowest, highest),
    )


def _ratio(each: Measured, limit: Measured | None) -> str:
    if limit is None:
        return ""
    doubt = "" if each is limit else f" ±{each.doubt(limit):.2f}"
    return f"{each.ratio(limit):.2f}{doubt or '      '}"


def number(milliseconds: float) -> str:
    """Return milliseconds with about three digits."""
    if milliseconds >= 100:
        return f"{milliseconds:,.0f}"
    return f"{milliseconds:.1f}" if milliseconds >= 10 else f"{milliseconds:.2f}"


def _style(each: Measured, limit: Measured | None) -> str:
    if each.subject.name == "ours":
        return "bold cyan"
    return "green" if each is limit else "dim" if each.subject.limit else ""


def _bar(value: float, lowest: float, highest: float) -> str:
    eighths = round(8 * BAR * log10(value / lowest) / log10(highest / lowest))
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
