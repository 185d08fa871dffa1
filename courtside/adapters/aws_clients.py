"""Clients of AWS: the process makes one of a kind, since making one and greeting its service outlasts most requests."""

from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import boto3

if TYPE_CHECKING:
    from boto3 import client as client  # noqa: PLC0414 (so that each service has its own type)
else:
    _MAKING = Lock()
    _MADE: WeakKeyDictionary[boto3.Session, dict[Any, Any]] = WeakKeyDictionary()

    def client(service: str, **settings: Any) -> Any:
        """Return the process's client of a service, as `boto3.client` makes it; any thread may use it.

        Each default session has its own, because it knows the credentials and the region.
        """
        # Whoever puts something else in the place of `boto3.client`, as tests do, gets what that makes.
        kind = (boto3.client, service, *settings.values())
        # Threads may share a client, but may not make two with one session at once.
        with _MAKING:
            if boto3.DEFAULT_SESSION is None:
                boto3.setup_default_session()
            made = _MADE.setdefault(boto3.DEFAULT_SESSION, {})
            if kind not in made:
                made[kind] = boto3.client(service, **settings)
            return made[kind]
