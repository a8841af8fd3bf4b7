"""The REST dialects that the settings name, as routes."""

from starlette.routing import BaseRoute

from resolvers.service import Service


def rest_routes(service: Service) -> list[BaseRoute]:
    """Return the routes of every dialect that is served."""
    del service
    return []
