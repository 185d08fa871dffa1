"""Wrap a web application in the faults that the owner of an embedded AWS asks for."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from embedded_aws.authentication.middleware import Application, Message, Receive, Scope, Send, replayed
from embedded_aws.faults.rules import Asked, Effect, Rule
from embedded_aws.pending import pending

PATH = "/_aws/courtside/faults"
_GRACE_SECONDS = 0.2
_SCOPE = re.compile(rb"Credential=(?P<key>[^/,\s]+)/\d{8}/[^/]+/(?P<service>[^/]+)/")


@dataclass
class Faults:
    """The rules of one embedded AWS by their names, how often each was met, and which requests stand still."""

    rules: dict[str, Rule] = field(default_factory=dict)
    matched: dict[str, int] = field(default_factory=dict)
    met: dict[str, int] = field(default_factory=dict)
    held: list[tuple[str, Asked]] = field(default_factory=list)
    _gone: dict[str, asyncio.Event] = field(default_factory=dict)

    def put(self, name: str, rule: Rule) -> None:
        """Add a rule, or replace the one of that name and count from the beginning."""
        self.remove(name)
        self.rules[name], self.matched[name], self.met[name] = rule, 0, 0
        self._gone[name] = asyncio.Event()

    def remove(self, name: str) -> None:
        """Take a rule away, which lets go of what it holds."""
        if self.rules.pop(name, None) is not None:
            self._gone.pop(name).set()

    async def hold(self, name: str, asked: Asked) -> None:
        """Return when the rule is taken away."""
        if (gone := self._gone.get(name)) is None:
            return
        entry = (name, asked)
        self.held.append(entry)
        try:
            await gone.wait()
        finally:
            self.held.remove(entry)

    def of(self, asked: Asked) -> tuple[str, Rule] | None:
        """Return the first rule that a request meets, and count it."""
        for name, rule in self.rules.items():
            if not rule.matches(asked):
                continue
            self.matched[name] += 1
            if self.matched[name] > rule.skip and (rule.times is None or self.met[name] < rule.times):
                self.met[name] += 1
                return name, rule
        return None

    def told(self) -> dict[str, Any]:
        """Return how often each rule was met, who is held by which, and what is being handed over."""
        held = [
            {"rule": name, "request": asked.request, "caller": asked.caller, "key_id": asked.key_id}
            for name, asked in self.held
        ]
        return {"met": self.met, "held": held, "pending": pending()}


@dataclass(frozen=True)
class Faulty:
    """Serves `app` with the faults of `faults`; `caller_of` returns the name under which a key's session runs.

    `service` is what all requests are to, or None where their signatures say so; only there are the rules told.
    """

    app: Application
    faults: Faults
    caller_of: Callable[[str], str]
    service: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, which was authenticated and whose body was read completely."""
        if scope["type"] != "http" or (not self.faults.rules and scope["path"] != PATH):
            await self.app(scope, receive, send)
            return
        body = (await receive()).get("body", b"")
        if scope["path"] == PATH and self.service is None:
            await _answer(send, 200, {"content-type": "application/json"}, self._changed(scope["method"], body))
            return
        await self._served(scope, body, receive, send)

    def _changed(self, method: str, body: bytes) -> bytes:
        """Change the rules as the owner asks, and tell of them."""
        if method == "PUT":
            sent = json.loads(body)
            self.faults.put(sent["name"], Rule.from_json(sent["rule"]))
        elif method == "DELETE":
            self.faults.remove(json.loads(body)["name"])
        return json.dumps(self.faults.told()).encode()

    async def _served(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        asked = self._asked(scope, body)
        found = self.faults.of(asked)
        if found is None:
            await self.app(scope, replayed(body, receive), send)
            return
        name, rule = found
        await asyncio.sleep(rule.delay)
        made: list[Message] = []
        if rule.after or rule.effect is Effect.CUT:
            await self.app(scope, replayed(body, receive), _kept(made))
        if rule.effect is Effect.LATE:
            await self.app(scope, replayed(body, receive), send)
        elif rule.effect is Effect.HOLD:
            await self.faults.hold(name, asked)
            if made:
                await _sent(made, send)
            elif not await _left(receive):
                await self.app(scope, replayed(body, receive), send)
        elif rule.effect is Effect.ANSWER:
            await _answer(send, rule.status, rule.headers, rule.content.encode())
        else:
            await _cut(made, send)

    def _asked(self, scope: Scope, body: bytes) -> Asked:
        headers = dict(scope["headers"])
        signed = _SCOPE.search(headers.get(b"authorization", b""))
        key_id = signed["key"].decode() if signed else ""
        query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
        target = headers.get(b"x-amz-target", b"").decode("latin-1")
        return Asked(
            service=self.service or (signed["service"].decode() if signed else ""),
            request=f"{scope['method']} {scope['path']}{query} {target}".strip(),
            caller=self.caller_of(key_id),
            key_id=key_id,
            body=body,
        )


async def _left(receive: Receive) -> bool:
    """Return whether the caller is gone, so that its request counts as never sent."""
    try:
        message = await asyncio.wait_for(receive(), _GRACE_SECONDS)
    except TimeoutError:
        return False
    return bool(message["type"] == "http.disconnect")


def _kept(made: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        made.append(message)

    return keep


async def _sent(made: list[Message], send: Send) -> None:
    for message in made:
        await send(message)


async def _answer(send: Send, status: int, headers: dict[str, str], content: bytes) -> None:
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    length = (b"content-length", str(len(content)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*pairs, length]})
    await send({"type": "http.response.body", "body": content})


async def _cut(made: list[Message], send: Send) -> None:
    """Send half of a whole answer, whose headers promise all of it; the server then ends the connection."""
    start, *parts = made
    content = b"".join(part.get("body", b"") for part in parts)
    await send(start)
    await send({"type": "http.response.body", "body": content[: len(content) // 2], "more_body": True})
