"""The picture of growth: a line for each page, over the size of the database."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from tests.bench.growth_table import Grown

_INK, _QUIET, _GRID = "#1f2733", "#6b7686", "#e4e8ee"
_FLAT, _GROWING = "#0b7fab", "#d1603d"
_NAMES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
# The least distance between two labels, as a share of the picture's height.
_APART = 0.034


def draw(grown: list[Grown], airflow: str, database: str, path: Path) -> None:
    """Write the picture as PNG."""
    with mpl.rc_context({"font.family": "DejaVu Sans", "font.size": 9.5, "text.color": _INK}):
        figure = Figure(figsize=(11, 7.4), dpi=150, facecolor="white")
        figure.text(
            0.05, 0.955, "What an answer costs while the database grows", fontsize=16, weight="bold", va="center"
        )
        figure.text(
            0.05,
            0.915,
            f"CPU milliseconds per request, server and database together; both axes logarithmic. Airflow {airflow}, "
            f"{_NAMES[database]}.",
            color=_QUIET,
            va="center",
        )
        axes = figure.add_axes((0.07, 0.09, 0.55, 0.79))
        axes.set_xscale("log")
        axes.set_yscale("log")
        for each in grown:
            across, up = zip(*each.totals, strict=True)
            axes.plot(across, up, color=_color(each), linewidth=1.8, marker="o", markersize=4.5, alpha=0.85)
        sizes = [size for size, _ in grown[0].totals]
        axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
        axes.set_xticks([], minor=True)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.set_xlabel("task instances", color=_QUIET)
        axes.grid(which="major", color=_GRID)
        axes.tick_params(axis="both", which="both", length=0, labelcolor=_QUIET)
        for side in axes.spines.values():
            side.set_visible(False)
        # Each label beside the end of its line, or as near to it as its neighbours let it be.
        place = 0.0
        for each in sorted(grown, key=lambda one: one.totals[-1][1]):
            end = axes.transAxes.inverted().transform(axes.transData.transform(each.totals[-1]))[1]
            place = max(float(end), place + _APART)
            told = f"{each.page.name}   {each.ratio:,.1f} x"
            axes.annotate(
                told,
                each.totals[-1],
                xytext=(1.06, place),
                textcoords="axes fraction",
                color=_color(each),
                va="center",
                annotation_clip=False,
                arrowprops={
                    "arrowstyle": "-",
                    "color": _GRID,
                    "linewidth": 0.8,
                    "shrinkA": 2,
                    "shrinkB": 4,
                    "relpos": (0, 0.5),
                },
            )
        figure.savefig(path)


def _color(grown: Grown) -> str:
    return _FLAT if grown.verdict == "flat" else _GROWING
