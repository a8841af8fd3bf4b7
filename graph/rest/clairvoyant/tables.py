"""Tables of text, as Airflow's command line draws them."""

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"-?\d+")


def fancy_grid(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in double lines: columns of whole numbers are set to the right, all others to the left."""
    cells = [[" ".join(cell.split("\n")) for cell in row] for row in rows]
    columns = [[row[at] for row in cells] for at in range(len(heads))]
    right = [bool(column) and all(_NUMBER.fullmatch(cell) for cell in column) for column in columns]
    widths = [max(len(head) + 2, *map(len, column), 0) for head, column in zip(heads, columns, strict=True)]

    def rule(left: str, line: str, between: str, end: str) -> str:
        return left + between.join(line * (width + 2) for width in widths) + end

    def row(cells: Sequence[str]) -> str:
        set_ = (
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(cells, widths, right, strict=True)
        )
        return "│ " + " │ ".join(set_) + " │"

    body = f"\n{rule('├', '─', '┼', '┤')}\n".join(row(each) for each in cells)
    top = [rule("╒", "═", "╤", "╕"), row(heads), rule("╞", "═", "╪", "╡")]
    return "\n".join([*top, *([body] if cells else []), rule("╘", "═", "╧", "╛")])


def ruled(heads: Sequence[str], rows: Sequence[Sequence[str | int]]) -> str:
    """Return a table in single lines: numbers are set to the right."""
    widths = [max(len(str(row[at])) for row in (heads, *rows)) for at in range(len(heads))]

    def line(row: Sequence[str | int]) -> str:
        return " | ".join(
            str(cell).rjust(width) if isinstance(cell, int) else cell.ljust(width)
            for cell, width in zip(row, widths, strict=True)
        )

    rule = "-+-".join("-" * width for width in widths)
    return "\n".join([rule, line(heads), rule, *map(line, rows), rule])
