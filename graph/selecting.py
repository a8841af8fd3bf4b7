"""What reads the selection of the operation that is being executed."""

from graphql import GraphQLResolveInfo

from graph.context import Context
from graph.selection import Selector
from graph.types.scalars import CONFIG


def selector_of(info: "GraphQLResolveInfo[Context]") -> Selector:
    """Return what reads the selection of the operation that is being executed."""
    fragments = {name: getattr(told, "definition", told) for name, told in info.fragments.items()}
    limit = info.context.session.service.settings.max_page_size
    return Selector(info.schema, CONFIG, fragments, info.variable_values, limit)
