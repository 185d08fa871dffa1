"""The address of a tracking server: what may stand in it, who signs in, and whether an MLflow server answers there."""

import os
import re
from base64 import b64encode
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from courtside.contracts.errors import BadInput
from courtside.workflows.ports import TrackingRefused, TrackingUnavailable

CONNECT_SECONDS = 5
"""How long an address at which nothing listens is tried."""
ANSWER_SECONDS = 10
"""How long a server that listens may take to answer, and how long everything may take together."""
FILES = "sqlite"
"""The only kind of address that MLflow opens itself, without a server."""
_PROBE = "/api/2.0/mlflow/experiments/search"
_LONGEST_DETAIL = 200


class TrackingAddressInvalid(BadInput):
    """An address cannot be a tracking server's, or something other than one answers there."""

    def __init__(self, address: str, problem: str, *, status: int | None = None) -> None:
        self.problem = problem
        self.status = status
        shown = "".join("%20" if each.isspace() else each for each in address)
        super().__init__(f"the tracking address {shown!r} {problem}")


class TrackingSignInRefused(BadInput):
    """The server, or a proxy in front of it, does not let this user in."""

    def __init__(self, address: str, status: int, detail: str) -> None:
        self.status = status
        self.detail = detail
        super().__init__(
            f"the tracking server at {address} refused to let you in (HTTP {status}{detail and f': {detail}'}); set "
            "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN, or ask who runs the "
            "server; for a stage's own server give --stage instead of --tracking-uri"
        )


@dataclass(frozen=True, slots=True)
class Login:
    """A user and a password."""

    user: str
    password: str

    @property
    def basic(self) -> str:
        """The header `Authorization` for them."""
        return f"Basic {b64encode(f'{self.user}:{self.password}'.encode()).decode()}"


def split_login(address: str) -> tuple[str, Login | None]:
    """Return an address without its user and password, and these two apart; raises `TrackingAddressInvalid`.

    Libraries echo the address that they were given, so they are given one without secrets.
    """
    if not address.strip():
        raise TrackingAddressInvalid(address, "is empty; give one like http://127.0.0.1:5000")
    try:
        parts = urlsplit(address.strip())
    except ValueError:  # whose text holds the address
        raise TrackingAddressInvalid(address, "cannot be read; write it as http://host:port") from None
    if parts.scheme == FILES:
        return address, None
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise TrackingAddressInvalid(address, _advice(parts))
    host = parts.netloc.rpartition("@")[2]
    if "@" in f"{parts.path}{parts.query}{parts.fragment}" or not _has_host_and_port(parts):
        raise TrackingAddressInvalid(
            address,
            "cannot be read; write it as http://host:port, and a /, @, ? or # in a password as %2F, %40, %3F, %23",
        )
    if parts.query or parts.fragment:
        raise TrackingAddressInvalid(
            address, "is a page's address or holds a query; give what stands before its ? or #, without a token"
        )
    login = None if parts.username is None else Login(unquote(parts.username), unquote(parts.password or ""))
    return parts._replace(netloc=host).geturl(), login


def usable_address(address: str) -> str:
    """Return the address for MLflow's client, and make the client sign in as the address says.

    Raises `TrackingAddressInvalid`.
    """
    plain, login = split_login(address)
    if login is not None:
        os.environ["MLFLOW_TRACKING_USERNAME"] = login.user
        os.environ["MLFLOW_TRACKING_PASSWORD"] = login.password
    return plain


def require_server(address: str) -> None:
    """Raise unless an MLflow server answers at an address within `ANSWER_SECONDS`.

    Raises `TrackingAddressInvalid` and `TrackingSignInRefused` where waiting cannot help, `TrackingUnavailable` where
    it may.
    """
    plain = usable_address(address)
    if urlsplit(plain).scheme == FILES:
        return
    answers: SimpleQueue[Any] = SimpleQueue()
    import mlflow.tracking  # noqa: F401 — here, so that its seconds are not counted as the server's

    # It runs in a thread, because a name lookup has no limit and a request's limit applies to each of its steps.
    Thread(target=_ask, args=(plain, answers), daemon=True).start()
    try:
        found = answers.get(timeout=ANSWER_SECONDS)
    except Empty:
        raise TrackingUnavailable(plain, f"no answer within {ANSWER_SECONDS} s") from None
    if isinstance(found, Exception):
        raise _failure(plain, found) from found
    _judge(plain, found)


def _ask(address: str, answers: "SimpleQueue[Any]") -> None:
    from mlflow.utils.credentials import get_default_host_creds
    from mlflow.utils.rest_utils import http_request

    try:
        creds = get_default_host_creds(address)
        limits = {"max_retries": 0, "raise_on_status": False, "timeout": (CONNECT_SECONDS, ANSWER_SECONDS)}
        answers.put(http_request(creds, _PROBE, "GET", params={"max_results": 1}, **limits))
    except Exception as error:  # noqa: BLE001 — whatever it is, the one who asked has to hear it
        answers.put(error)


def _failure(address: str, error: Exception) -> Exception:
    from courtside.adapters.execute_api import ClockSkewed

    if isinstance(error.__context__, ClockSkewed):
        return error.__context__
    said = str(error)
    for sign, problem in _TLS.items():
        if sign in said:
            return TrackingAddressInvalid(address, problem)
    reason = next(
        (words for sign, words in _REASONS.items() if sign in said), type(error.__context__ or error).__name__
    )
    return TrackingUnavailable(address, reason)


_TLS = {
    "WRONG_VERSION_NUMBER": "starts with https://, but its server speaks plain HTTP; write http://",
    "CERTIFICATE_VERIFY_FAILED": (
        "has a certificate that this machine does not trust; name its authority's file in "
        "MLFLOW_TRACKING_SERVER_CERT_PATH"
    ),
}
_REASONS = {
    "Failed to resolve": "its name is not known",
    "Connection refused": "connection refused",
    "ConnectTimeout": f"no answer within {CONNECT_SECONDS} s",
    "timed out": f"no answer within {ANSWER_SECONDS} s",
    "unreachable": "no route to it",
    "reset by peer": "it broke the connection off",
    "RemoteDisconnected": "it broke the connection off",
}


def _judge(address: str, response: Any) -> None:
    status, kind = int(response.status_code), response.headers.get("content-type", "").split(";")[0]
    if status in {401, 403}:
        raise TrackingSignInRefused(address, status, one_line(response.text))
    if status == 429 or status >= 500:
        raise TrackingRefused(address, status, one_line(response.text))
    if status == 404:
        problem = "answers HTTP 404, so no MLflow server stands at this path; correct the path or the port"
        raise TrackingAddressInvalid(address, problem, status=status)
    if status != 200:
        raise TrackingAddressInvalid(address, f"answers HTTP {status}: {one_line(response.text)}", status=status)
    if not _is_object(response):
        problem = (
            f"answers with {kind or 'something'} that is not MLflow's JSON (HTTP 200), so another server or a page to "
            "sign in stands there; give the address of the MLflow server itself"
        )
        raise TrackingAddressInvalid(address, problem, status=status)


def _is_object(response: Any) -> bool:
    try:
        return isinstance(response.json(), dict)
    except ValueError:
        return False


def one_line(body: str) -> str:
    """Return what an answer says, without markup, in one line."""
    text = " ".join(re.sub(r"<[^>]*>", " ", body).split())
    return text if len(text) <= _LONGEST_DETAIL else f"{text[:_LONGEST_DETAIL]}…"


def _has_host_and_port(parts: SplitResult) -> bool:
    try:
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _advice(parts: SplitResult) -> str:
    if parts.scheme in {"http", "https"}:
        return "names no host; give one like http://127.0.0.1:5000"
    database = re.match(r"(postgres|mysql|mariadb|mssql|oracle)", parts.scheme)
    if database:
        return (
            "is a database's, which only the MLflow server itself may open; give the address of the server that uses "
            "it, like http://127.0.0.1:5000"
        )
    if parts.netloc and parts.scheme:
        return f"starts with {parts.scheme}://, which is no MLflow server's; give one like http://127.0.0.1:5000"
    if re.fullmatch(r"(.*@)?[\w.-]+:\d+(/.*)?", parts.geturl()):
        return "lacks a scheme; write http:// or https:// before it"
    return "is no server's; give one like http://127.0.0.1:5000, or sqlite:///runs.db for a database file"
