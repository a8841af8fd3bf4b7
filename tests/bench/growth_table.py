"""What growth costs, as figures and as a table with bars of text."""

from dataclasses import dataclass
from math import log10

from rich.console import Group
from rich.table import Table
from rich.text import Text

from tests.bench.growth_pages import Page
from tests.bench.measuring import Measured
from tests.bench.seed import Size
from tests.bench.table import number

FLAT = 1.5
"""Up to this ratio of the largest database to the smallest, a cost counts as flat."""

_BAR = 24


@dataclass(frozen=True)
class Grown:
    """What one page cost in databases of several sizes, the smallest first."""

    page: Page
    measured: tuple[tuple[Size, Measured], ...]

    @property
    def totals(self) -> list[tuple[int, float]]:
        """Task instances, and milliseconds."""
        return [(size.task_instances, each.total) for size, each in self.measured]

    @property
    def ratio(self) -> float:
        """How many times as much the page costs in the largest database as in the smallest."""
        return self.totals[-1][1] / self.totals[0][1]

    @property
    def verdict(self) -> str:
        """Whether that is flat; if not, why."""
        if self.page.grows:
            return self.page.grows
        return "flat" if self.ratio <= FLAT else "not flat, and nothing says why"

    def document(self) -> dict[str, object]:
        """Return it for JSON."""
        return {
            "page": self.page.name,
            "verdict": self.verdict,
            "ratio": round(self.ratio, 2),
            "milliseconds": [
                {
                    "task_instances": size.task_instances,
                    "server": round(each.cost.server, 3),
                    "database": round(each.cost.database, 3),
                    "total": round(each.total, 3),
                    "spread": round(each.spread, 3),
                }
                for size, each in self.measured
            ],
        }


def rendered(grown: list[Grown]) -> Group:
    """Return the table."""
    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column("CPU ms per request (database)", no_wrap=True)
    for size, _ in grown[0].measured:
        table.add_column(f"{size.task_instances:,}", justify="right", no_wrap=True)
    table.add_column("ratio", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True, min_width=_BAR)
    table.add_column("", overflow="fold")
    most = max(10.0, *(each.ratio for each in grown))
    for each in grown:
        cells = [f"{number(told.total)} ({number(told.cost.database)})" for _, told in each.measured]
        style = "green" if each.verdict == "flat" else "yellow" if each.page.grows else "bold red"
        table.add_row(each.page.name, *cells, f"{each.ratio:,.2f}", _bar(each.ratio, most), each.verdict, style=style)
    told = Text(f"Bars are the ratio of the largest to the smallest, logarithmic; up to {FLAT} counts as flat.", "dim")
    return Group(table, Text(""), told)


def _bar(ratio: float, most: float) -> str:
    return "█" * max(1, round(_BAR * log10(max(ratio, 1.0)) / log10(most)))
