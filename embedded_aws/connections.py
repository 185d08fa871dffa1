"""A connection to hypercorn ends when its client closes it.

Wrong in 0.18: a connection that its client has closed is kept until its idle time is over, here for a month, with its
buffer of 256 KiB for TLS; an emulator that served some thousand connections held a gigabyte. Here, the wait for more
requests ends together with what can still be read.
"""

from hypercorn.asyncio.tcp_server import TCPServer

_DONE = "ends_with_its_client"


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
