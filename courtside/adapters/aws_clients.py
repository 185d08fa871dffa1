"""Clients of AWS: the process makes one of a kind, since making one and greeting its service outlasts most requests."""

from threading import Lock
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

import boto3

_MAKING = Lock()


def session() -> boto3.Session:
    """Return the process's default session, which knows the credentials and the region; any thread may ask for it."""
    with _MAKING:
        if boto3.DEFAULT_SESSION is None:
            boto3.setup_default_session()
        return cast("boto3.Session", boto3.DEFAULT_SESSION)


if TYPE_CHECKING:
    from boto3 import client as client  # noqa: PLC0414 (so that each service has its own type)
else:
    _MADE: WeakKeyDictionary[boto3.Session, dict[Any, Any]] = WeakKeyDictionary()

    def client(service: str, **settings: Any) -> Any:
        """Return the process's client of a service, as `boto3.client` makes it; any thread may use it.

        Each default session has its own, because it knows the credentials and the region.
        """
        # Whoever puts something else in the place of `boto3.client`, as tests do, gets what that makes.
        kind = (boto3.client, service, *settings.values())
        of = session()
        # Threads may share a client, but may not make two with one session at once.
        with _MAKING:
            made = _MADE.setdefault(of, {})
            if kind not in made:
                made[kind] = boto3.client(service, **settings)
            return made[kind]
