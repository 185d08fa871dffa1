"""A connection to hypercorn ends when its client closes it, and an answer is written at once.

Wrong in 0.18: a connection that its client has closed is kept until its idle time is over, here for a month, with its
buffer of 256 KiB for TLS; an emulator that served some thousand connections held a gigabyte. Here, the wait for more
requests ends together with what can still be read.

Slow in 0.18: an answer's headers, its body and its end are written one by one, which wakes its client each time. Here,
the headers wait for what follows them, and an end without bytes is not written.
"""

import h11
from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.events import RawData
from hypercorn.protocol.h11 import H11Protocol

_Part = h11.Data | h11.EndOfMessage | h11.InformationalResponse | h11.Response
_DONE = "ends_with_its_client"
_HEADERS = "headers_that_wait"


def end_with_their_clients() -> None:
    """Let connections end when their clients close them; repeating this changes nothing."""
    if getattr(TCPServer, _DONE, False):
        return
    stock_read, stock_idle = TCPServer._read_data, TCPServer._idle_timeout  # noqa: SLF001

    async def read(self: TCPServer) -> None:
        await stock_read(self)
        await self.idle_task.stop()

    async def idle(self: TCPServer) -> None:
        # An answer that came after its client had gone would begin the wait anew.
        if not self.reader.at_eof():
            await stock_idle(self)

    for name, function in (("_read_data", read), ("_idle_timeout", idle), (_DONE, True)):
        setattr(TCPServer, name, function)


def write_at_once() -> None:
    """Let headers be written together with the body that follows them; repeating this changes nothing."""
    if hasattr(H11Protocol, _HEADERS):
        return

    async def send(self: H11Protocol, event: _Part) -> None:
        try:
            data = self.connection.send(event) or b""
        except h11.LocalProtocolError:
            if self.connection.their_state != h11.ERROR:
                raise
            return
        waited = getattr(self, _HEADERS) + data
        waits = isinstance(event, h11.Response)
        setattr(self, _HEADERS, waited if waits else b"")
        if waited and not waits:
            await self.send(RawData(data=waited))

    setattr(H11Protocol, _HEADERS, b"")
    H11Protocol._send_h11_event = send  # type: ignore[method-assign]  # noqa: SLF001
