"""Steps that are read by one statement: objects, what leads on from each to one other, and a list at the end."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from sqlalchemy import Null

from resolvers.metadata.generation import Generation
from resolvers.plan.steps import AggregateForm, Child, OneForm, PageForm, Step

# A row of a statement, as the driver brings it.
Line = tuple[Any, ...]


def chain_of(generation: Generation, first: Step) -> tuple[Step, ...]:
    """Return a step and those that are read along with it, each by the rows of the one before; maybe none.

    A row comes again with each that follows it. So there is one page of objects at most, and behind it only what is
    one, or few: objects by their keys and a page of each, or a page of objects and the counts of each.
    """
    found = [first]
    if not isinstance(first.form, OneForm | PageForm) or not _is_read(generation, first):
        return (first,)
    while len(found[-1].children) == 1 and _may_follow(generation, found, found[-1].children[0]):
        found.append(found[-1].children[0].step)
    return tuple(found)


def _may_follow(generation: Generation, found: Sequence[Step], child: Child) -> bool:
    before, step = found[-1], child.step
    if not _is_read(generation, step):
        return False
    # Where several rows lead to the same one, that is read once, by a statement of its own.
    own = {name for path, name in (before.columns[at] for at in child.parents) if not path}
    relation = generation.relation(before.relation)
    if not own.issuperset(relation.key):
        return False
    # What this database has no column for leads nowhere.
    if any(isinstance(relation.expression(name, relation.table), Null) for name in own):
        return False
    if isinstance(step.form, PageForm):
        return not any(isinstance(one.form, PageForm) for one in found)
    return step.leading or isinstance(step.form, AggregateForm)


def _is_read(generation: Generation, step: Step) -> bool:
    """Whether a step's rows come from a table, and nothing is counted beside them."""
    relation = generation.relation(step.relation)
    return not relation.absent and relation.decoded is None and step.needs_rows and not step.totals


def multiplies(step: Step) -> bool:
    """Say whether several rows of a step may follow one of the step before."""
    return isinstance(step.form, PageForm | AggregateForm)


@dataclass(frozen=True, eq=False)
class Place:
    """Where a step stands in the lines of a chain.

    `columns` are those of its rows, `present` that which says whether there is one at all, `parents` those of the row
    before by which it is found. `identity` tells its rows apart, none where each line has another.
    """

    columns: slice
    present: int
    parents: tuple[int, ...]
    identity: Callable[[Line], Hashable] | None
    multiplies: bool

    def first_lines(self, lines: Sequence[Line]) -> Sequence[Line]:
        """Return the lines in which a row of the step stands for the first time."""
        if self.identity is None:
            return lines
        found: dict[Hashable, Line] = {}
        for line in lines:
            found.setdefault(self.identity(line), line)
        return list(found.values())


def identities(steps: Sequence[Step], own: Sequence[tuple[int, ...]]) -> Iterator[Callable[[Line], Hashable] | None]:
    """Give what tells the rows of each step apart; `own` are the columns that tell those of one parent apart."""
    columns: tuple[int, ...] = ()
    for at, step in enumerate(steps):
        if at == 0 or multiplies(step):
            columns = (*columns, *own[at])
        yield itemgetter(*columns) if any(multiplies(later) for later in steps[at + 1 :]) else None
