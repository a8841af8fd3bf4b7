"""One connection of a client, who may be slow to send or to read, and send a head of any length: within limits."""

from asyncio import AbstractEventLoop, Transport
from asyncio.events import TimerHandle
from typing import Any, ClassVar

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

# Seconds within which a request's head must have come, and its longest, of which nobody sends a tenth. h11 has the
# same limit; httptools takes whatever comes, and uvicorn waits for it without end.
_HEAD_SECONDS = 30.0
_LONGEST_HEAD = 65_536

# Who reads less than so many bytes a second, looked at so often, is hung up on.
_SLOWEST = 20_000
_LOOK = 10.0

# Bytes of answers that all clients together may leave unread. Beyond, the one that began to wait first is hung up on.
_MOST_UNREAD = 100_000_000

_TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Connection(HttpToolsProtocol):
    """uvicorn's connection, which hangs up on clients that would hold it, or what it holds, for ever."""

    # Those whose clients leave answers unread, in the order in which they began to.
    unread: ClassVar[dict["Connection", None]] = {}

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._in_head = True
        self._head_length = 0
        self._head_timer: TimerHandle | None = None
        self._reading_timer: TimerHandle | None = None
        self._left = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(_HEAD_SECONDS, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._head_came()
        self._was_read()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; nearly always this is a whole head."""
        super().data_received(data)
        if self._in_head:
            self._head_length += len(data)
            if self._head_length > _LONGEST_HEAD:
                self.transport.write(_TOO_LONG)
                self.transport.close()
            elif self._head_timer is None and not self.transport.is_closing():
                self._head_timer = self.loop.call_later(_HEAD_SECONDS, self.transport.close)

    def on_message_begin(self) -> None:
        """Begin to read a head."""
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """End to read a head."""
        self._in_head = False
        self._head_length = 0
        self._head_came()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """Begin to watch a client who does not read as fast as is written."""
        super().pause_writing()
        self._left = self.transport.get_write_buffer_size()
        self._reading_timer = self.loop.call_later(_LOOK, self._look)
        self.unread[self] = None
        waiting = {one: one.transport.get_write_buffer_size() for one in self.unread}
        for one in list(waiting):
            if sum(waiting.values()) <= _MOST_UNREAD or len(waiting) == 1:
                break
            del waiting[one]
            one.transport.abort()

    def resume_writing(self) -> None:
        """End to watch."""
        self._was_read()
        super().resume_writing()

    def _look(self) -> None:
        left = self.transport.get_write_buffer_size()
        if self._left - left < _SLOWEST * _LOOK:
            self.transport.abort()
            return
        self._left = left
        self._reading_timer = self.loop.call_later(_LOOK, self._look)

    def _was_read(self) -> None:
        self.unread.pop(self, None)
        if self._reading_timer is not None:
            self._reading_timer.cancel()
            self._reading_timer = None

    def _head_came(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
