"""How many task instances a mapped task gets when nothing of the run has run yet."""

from collections.abc import Mapping, Sequence, Sized
from math import prod

from resolvers.serialized.encoding import Opaque, unwrap

UNMAPPED: Sequence[int] = (-1,)


def initial_map_indexes(expand_inputs: Sequence[Mapping[str, object]]) -> Sequence[int]:
    """Return the map indexes of the rows that Airflow inserts for a task together with its run.

    `expand_inputs` is what the task itself and every mapped group around it are mapped over, as
    stored. Where all of it is literal, the lengths multiply and the rows are numbered from 0.
    Otherwise, and where the product is zero, there is one row of index -1, which the scheduler
    expands (or removes) later.
    """
    lengths = [literal_length(expand_input) for expand_input in expand_inputs]
    known = [length for length in lengths if length is not None]
    if not lengths or len(known) < len(lengths):
        return UNMAPPED
    return range(total) if (total := prod(known)) else UNMAPPED


def literal_length(expand_input: Mapping[str, object]) -> int | None:
    """Return how often `expand` or `expand_kwargs` repeats its task; None when only other tasks know.

    `expand(x=[1, 2], y=[3, 4])` repeats for every combination, so its lengths multiply.
    """
    value = unwrap(expand_input.get("value"))
    if expand_input.get("type") == "list-of-dicts":
        return _length(value)
    if not isinstance(value, dict) or not value:
        return 0 if value == {} else None
    lengths = [_length(argument) for argument in value.values()]
    known = [length for length in lengths if length is not None]
    return prod(known) if len(known) == len(lengths) else None


def _length(value: object) -> int | None:
    if isinstance(value, Opaque) or not isinstance(value, Sized):
        return None
    return len(value)
