"""How many values an answer holds: what is read once may stand in it many times over."""

from dataclasses import dataclass

from resolvers.plan.steps import (
    AggregateForm,
    EdgesPart,
    Fetched,
    Fixed,
    Form,
    InfoPart,
    Joined,
    NodesPart,
    PageForm,
    PluckForm,
    Reduced,
    Shape,
)

# A group of an aggregate becomes an object of a group and a number.
_PER_GROUP = 3


@dataclass(frozen=True)
class Weight:
    """What one row adds to an answer: values of its own, and the answers of children, each as often as it is named."""

    values: int = 0
    children: tuple[int, ...] = ()

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(self.values + other.values, self.children + other.children)


def weight_of(form: Form) -> Weight:
    """Return what each row of this form adds to the answer."""
    match form:
        case AggregateForm():
            return Weight(_PER_GROUP)
        case PluckForm():
            return Weight(1)
        case PageForm(parts):
            found = Weight()
            for part in parts:
                match part:
                    case NodesPart(_, shape):
                        found += _weight(shape)
                    case EdgesPart(_, inner):
                        for _, told in inner:
                            found += Weight(1) if told is None or isinstance(told, Fixed) else _weight(told)
            return found
    return _weight(form.shape)


def frame_of(form: Form) -> int:
    """Return how many values an answer of this form holds beside its rows."""
    if not isinstance(form, PageForm):
        return 1
    return 1 + sum(len(part.fields) if isinstance(part, InfoPart) else 1 for part in form.parts)


def _weight(shape: Shape) -> Weight:
    found = Weight(1)
    for _, maker in shape:
        match maker:
            case Joined(_, inner):
                found += _weight(inner)
            case Fetched(child) | Reduced(child):
                found += Weight(1, (child,))
            case _:
                found += Weight(1)
    return found
