"""A server on loopback for a stage's pages: each is read from the lake as the person who started it may read it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import cast
from urllib.parse import quote, unquote

from botocore.exceptions import BotoCoreError, ClientError

from courtside.adapters.loopback_server import LoopbackHandler, LoopbackServer
from courtside.contracts.dashboard_keys import is_page
from courtside.contracts.errors import CourtsideError
from courtside.contracts.page_policy import SERVED_PAGE_POLICY
from courtside.workflows.ports import ObjectMissing

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": SERVED_PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class PageServer(LoopbackServer):
    """Answers the pages that `read` returns by their keys, and no other object; begins at the page `begin`.

    Raises `NotLoopback` and `AddressTaken`; port 0 takes a free one.
    """

    def __init__(self, read: Callable[[str], bytes], *, begin: str, host: str = "127.0.0.1", port: int = 0) -> None:
        path = f"/{quote(begin)}"
        super().__init__(_Handler, command="dashboard", title="Courtside", begin=path, host=host, port=port)
        self.read = read


class _Handler(LoopbackHandler):
    def answer_own(self) -> None:
        """Answer with the page that the path names."""
        server = cast("PageServer", self.server)
        key = unquote(self.path.partition("?")[0]).removeprefix("/")
        if self.command not in {"GET", "HEAD"}:
            self.say(HTTPStatus.METHOD_NOT_ALLOWED, "pages can only be read")
        elif not is_page(key):
            self.say(HTTPStatus.NOT_FOUND, "this is not the address of a page")
        else:
            self._answer_page(server, key)

    def _answer_page(self, server: PageServer, key: str) -> None:
        try:
            content = server.read(key)
        except ObjectMissing:
            self.say(HTTPStatus.NOT_FOUND, "the lake does not hold this page, or does not hold it any more")
        except (CourtsideError, BotoCoreError, ClientError) as error:
            self.say(HTTPStatus.BAD_GATEWAY, f"the page cannot be read: {error}")
        else:
            self.send_whole(HTTPStatus.OK, _HEADERS, content)
