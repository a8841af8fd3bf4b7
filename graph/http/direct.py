"""The short way to one endpoint, which most requests are for: past the routing of all others."""

from starlette.types import ASGIApp, Receive, Scope, Send


class Direct:
    """Gives requests for one path to its endpoint itself; all else goes on as ever."""

    def __init__(self, app: ASGIApp, path: str, endpoint: ASGIApp, methods: tuple[str, ...]) -> None:
        self.app = app
        self.path = path
        self.endpoint = endpoint
        self.methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, to the endpoint or to the rest of the application."""
        if scope["type"] == "http" and scope["path"] == self.path and scope["method"] in self.methods:
            await self.endpoint(scope, receive, send)
        else:
            await self.app(scope, receive, send)
