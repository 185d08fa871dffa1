"""The emulator's server leaves it to the client to close an idle connection."""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypercorn.asyncio import serve

from embedded_aws.certificate import write_certificate
from embedded_aws.emulator import server_config

ANSWER = b"HTTP/1.1 204"
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
AN_HOUR = 3600.0


async def application(scope: Any, _: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(REQUEST)
    return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)


def test_the_server_closes_neither_an_idle_nor_a_busy_tls_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing one would wait for an answer that an idle client never gives, and would end in a traceback."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    write_certificate(certificate, key)

    async def scenario() -> list[bytes]:
        listening = socket.create_server(("127.0.0.1", 0))
        address = listening.getsockname()
        config, stop = server_config(listening), asyncio.Event()
        config.certfile, config.keyfile = str(certificate), str(key)
        serving = asyncio.create_task(serve(application, config, shutdown_trigger=stop.wait))
        context = ssl.create_default_context(cafile=str(certificate))
        reader, writer = await asyncio.open_connection(*address, ssl=context)
        answers = [await answered(reader, writer) for _ in range(1_100)]
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: time.monotonic() + AN_HOUR)
        await asyncio.sleep(0.2)  # the server now does what it would do after an hour
        answers.append(await answered(reader, writer))
        writer.close()
        await writer.wait_closed()
        stop.set()
        await serving
        return answers

    answers = asyncio.run(scenario())
    assert len(answers) == 1_101
    assert all(answer.startswith(ANSWER) for answer in answers)


def test_nothing_stays_of_a_connection_that_its_client_has_closed(tmp_path: Path) -> None:
    """Each would hold its buffer for TLS, and an emulator that served many would hold a gigabyte of them."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    write_certificate(certificate, key)

    async def slow(scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        if scope["type"] == "http":
            await asyncio.sleep(0.05)  # the client of half of the connections is gone by then
        await application(scope, receive, send)

    async def scenario() -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        address = listening.getsockname()
        config, stop = server_config(listening), asyncio.Event()
        config.certfile, config.keyfile = str(certificate), str(key)
        serving = asyncio.create_task(serve(slow, config, shutdown_trigger=stop.wait))
        context = ssl.create_default_context(cafile=str(certificate))
        before = None
        for number in range(21):
            reader, writer = await asyncio.open_connection(*address, ssl=context)
            writer.write(REQUEST)
            if number % 2 == 0:
                await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
            writer.close()
            await writer.wait_closed()
            before = before or len(asyncio.all_tasks())
        deadline = time.monotonic() + 60
        while len(asyncio.all_tasks()) > before:
            assert time.monotonic() < deadline, f"{len(asyncio.all_tasks())} tasks are left, at first {before}"
            await asyncio.sleep(0.05)
        stop.set()
        await serving

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("status", "parts", "written"),
    [
        (200, [b"whole"], [b"whole"]),
        (200, [b"first", b"second"], [b"first", b"second"]),
        (204, [b""], [b""]),
    ],
)
def test_headers_are_written_together_with_what_follows_them(
    monkeypatch: pytest.MonkeyPatch, status: int, parts: list[bytes], written: list[bytes]
) -> None:
    """Each write wakes the client."""
    writes, write = list[bytes](), asyncio.StreamWriter.write

    def recorded(writer: asyncio.StreamWriter, data: bytes) -> None:
        writes.append(bytes(data))
        write(writer, data)

    async def answering(scope: Any, _: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        if scope["type"] == "http":
            length = [(b"content-length", str(sum(map(len, parts))).encode())] if any(parts) else []
            await send({"type": "http.response.start", "status": status, "headers": length})
            for place, part in enumerate(parts, 1):
                await send({"type": "http.response.body", "body": part, "more_body": place < len(parts)})

    async def scenario() -> None:
        listening = socket.create_server(("127.0.0.1", 0))
        address = listening.getsockname()
        config, stop = server_config(listening), asyncio.Event()
        serving = asyncio.create_task(serve(answering, config, shutdown_trigger=stop.wait))
        reader, writer = await asyncio.open_connection(*address)
        for _ in range(2):
            writes.clear()
            await answered(reader, writer)
            await asyncio.wait_for(reader.readexactly(sum(map(len, parts))), 60)
            _request, *answer = writes
            headers, separator, first = answer[0].partition(b"\r\n\r\n")
            assert headers.startswith(f"HTTP/1.1 {status}".encode())
            assert [first, *answer[1:]] == written
            assert separator
        writer.close()
        await writer.wait_closed()
        stop.set()
        await serving

    monkeypatch.setattr(asyncio.StreamWriter, "write", recorded)
    asyncio.run(scenario())
