"""What a request costs with its variables, and the refusal of one that costs more than its caller may ask for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphql import GraphQLSchema
from graphql.execution.values import VariableValues, get_argument_values

from graph.costs import Rows, Share, shares
from graph.finding import found_by_ids
from graph.planned import AnyRoot, CalledRoot, ListRoot, NodeRoot, OneRoot, Planned
from resolvers.errors import TooExpensive
from resolvers.selection import Arguments

# A list of a root field, or its objects, and the arguments of the lists within.
Reckoned = tuple[Rows, Sequence[Arguments]]


@dataclass(frozen=True)
class Cost:
    """What a request costs, and what it may; a budget of 0 is none."""

    requested: int
    budget: int

    @property
    def is_too_high(self) -> bool:
        """Whether it costs more than it may."""
        return self.requested > self.budget > 0

    def told(self) -> dict[str, int | None]:
        """Return what `extensions.cost` says."""
        return {"requested": self.requested, "budget": self.budget or None}


def requested_cost(schema: GraphQLSchema, planned: Planned, variables: VariableValues) -> int:
    """Return what a request with these variables costs."""
    latest = planned.latest_cost.told
    if latest is not None and latest[0] is variables:
        return latest[1]
    cost = planned.introspection.cost if planned.introspection else 0
    for root in planned.roots:
        for rows, given in _reckoned(schema, root, variables):
            cost += rows.of(given)
    planned.latest_cost.told = (variables, cost)
    return cost


def too_expensive(cost: Cost, schema: GraphQLSchema, planned: Planned, variables: VariableValues) -> TooExpensive:
    """Return the refusal of a request, with what most of its cost is."""
    reckoned = (one for root in planned.roots for one in _reckoned(schema, root, variables))
    most = max((share for rows, given in reckoned for share in shares(rows, given)), key=_cost, default=None)
    figures = f"This request would cost {cost.requested:,}; {cost.budget:,} are allowed."
    if most is None or (planned.introspection and planned.introspection.cost > most.cost):
        return TooExpensive(figures, hint="Ask less about the schema at once; or raise AIRFLOW_GRAPH_MAX_COST.")
    return TooExpensive(
        f"{figures} Most of it, {most.cost:,}, is {'.'.join(most.path)}: {_rows(most)}.",
        field=most.path[-1],
        hint="Lower `first` there or above, or ask for fewer fields of it; or raise AIRFLOW_GRAPH_MAX_COST.",
    )


def _reckoned(schema: GraphQLSchema, root: AnyRoot, variables: VariableValues) -> Iterator[Reckoned]:
    """Give what is reckoned for a root field; nothing for one with arguments that it will refuse."""
    try:
        match root:
            case ListRoot(cost=cost) | OneRoot(cost=cost):
                yield cost, root.slots.read(variables)
            case NodeRoot():
                told = get_argument_values(root.field, root.nodes[0], variables)
                ids = told["ids"] if root.binding.several else [told["id"]]
                for type_, places, _ in list(found_by_ids(schema, ids)):
                    _, slots, row = root.selection(type_)
                    yield Rows(root.key, row, rows=len(places)), slots.read(variables)
            case CalledRoot(cost=row):
                yield Rows(root.key, row, rows=_things(root, variables)), root.slots.read(variables)
    except Exception:  # noqa: BLE001 - whatever it is, it is told when the field is answered
        return


def _things(root: CalledRoot, variables: VariableValues) -> int:
    """Return how many things a change is about: as many as the longest list that it is given."""
    told = get_argument_values(root.field, root.nodes[0], variables) if root.field.args else {}
    return max([1, *(len(found) for found in _lists(told))])


def _lists(value: object) -> Iterator[list[object]]:
    match value:
        case list():
            yield value
        case dict():
            for inner in value.values():
                yield from _lists(inner)


def _cost(share: Share) -> int:
    return share.cost


def _rows(share: Share) -> str:
    """Return the rows of a list level by level, in words."""
    rows = " x ".join(f"{number:,}" for number in share.rows)
    return f"{rows} rows" + (f" of {share.fields} fields" if share.fields > 1 else "")
