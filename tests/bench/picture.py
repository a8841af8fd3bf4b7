"""The picture of a run: a panel for each workload, all on one logarithmic scale."""

from math import log10
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tests.bench.measuring import Measured
from tests.bench.results import Results
from tests.bench.table import number

_INK, _QUIET, _GRID = "#1f2733", "#6b7686", "#e4e8ee"
_OURS, _LIMIT, _OTHERS = "#0b7fab", "#3fa66b", "#c3cad4"
_ROW = 0.34


def draw(results: Results, path: Path) -> None:
    """Write the picture as PNG."""
    panels = [(workload, _shown(results, workload.name)) for workload in results.workloads]
    heights = [len(shown) * _ROW + 0.62 for _, shown in panels]
    top, bottom, width = 0.95, 0.85, 10.0
    height = sum(heights) + top + bottom
    with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 10, "text.color": _INK}):
        figure = Figure(figsize=(width, height), dpi=160, facecolor="white")
        figure.text(0.03, 1 - 0.30 / height, "What an answer costs", fontsize=17, weight="bold", va="center")
        figure.text(
            0.03,
            1 - 0.62 / height,
            f"CPU milliseconds per request, server and database together; logarithmic. Airflow {results.airflow}, "
            f"{_NAMES[results.database]}, {results.size.task_instances:,} task instances.",
            fontsize=9.5,
            color=_QUIET,
            va="center",
        )
        totals = [each.total for _, shown in panels for each in shown]
        scale = (10 ** (log10(min(totals)) - 0.35), 10 ** (log10(max(totals)) + 0.9))
        above = height - top
        for place, ((workload, shown), tall) in enumerate(zip(panels, heights, strict=True)):
            above -= tall
            axes = figure.add_axes((0.30, above / height, 0.67, (tall - 0.5) / height))
            _panel(axes, shown, results.limit(workload.name), scale)
            if place == len(panels) - 1:
                _scale(axes)
            head = (above + tall - 0.27) / height
            figure.text(0.03, head, f"{workload.name}  {workload.title}", fontsize=11, weight="bold", va="center")
            figure.text(0.30, head, workload.asked, fontsize=8.5, color=_QUIET, va="center")
        figure.text(
            0.03,
            0.24 / height,
            "By hand: the cheapest of the forms that were tried, with neither framework nor authentication. "
            f"Median of {results.rounds} rounds, in turns.",
            fontsize=8.5,
            color=_QUIET,
            va="center",
        )
        figure.savefig(path)


def _scale(axes: Axes) -> None:
    """Write the powers of ten below the last panel."""
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g} ms" if value < 1000 else f"{value / 1000:g} s")
    axes.tick_params(axis="x", labelbottom=True, labelcolor=_QUIET, labelsize=8.5, pad=6)


_NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


def _shown(results: Results, workload: str) -> list[Measured]:
    """Return whom a panel shows: of the hand-written forms the cheapest alone."""
    limit = results.limit(workload)
    return [each for each in results.of(workload) if not each.subject.limit or each is limit]


def _panel(axes: Axes, shown: list[Measured], limit: Measured | None, scale: tuple[float, float]) -> None:
    places = range(len(shown))
    colors = [_OURS if each.subject.name == "ours" else _LIMIT if each is limit else _OTHERS for each in shown]
    axes.barh(places, [each.total for each in shown], color=colors, height=0.66, zorder=2)
    axes.set_xscale("log")
    axes.set_xlim(*scale)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_yticks(places, [_title(each) for each in shown])
    for label, each in zip(axes.get_yticklabels(), shown, strict=True):
        label.set_fontweight("bold" if each.subject.name == "ours" else "normal")
    for place, each in zip(places, shown, strict=True):
        ratio = "" if limit is None or each is limit else f"   {_times(each.ratio(limit))}"
        axes.annotate(
            f"{number(each.total)} ms{ratio}",
            (each.total, place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
            weight="bold" if each.subject.name == "ours" else "normal",
        )
    axes.grid(axis="x", which="major", color=_GRID, zorder=0)
    axes.tick_params(axis="both", which="both", length=0)
    axes.set_xticks([], minor=True)
    axes.tick_params(axis="x", labelbottom=False)
    for side in axes.spines.values():
        side.set_visible(False)


def _title(each: Measured) -> str:
    short = {"by hand: ": "by hand, ", "rows + orjson": "rows", "one JSON statement": "JSON"}
    title = each.subject.title
    for long, word in short.items():
        title = title.replace(long, word)
    return title


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} x" if ratio >= 10 else f"{ratio:.2f} x"
