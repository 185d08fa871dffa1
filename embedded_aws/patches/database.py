"""An RDS instance of a template is a real PostgreSQL.

Wrong in 1.5.33: an ``AWS::RDS::DBInstance`` is a record with an invented endpoint; nothing listens there.

Here: a PostgreSQL with the template's master user, password and database name is started on loopback, and its
address and port are the instance's endpoint, so that ``Fn::GetAtt`` and the attached secret are right. The resource
is provisioned on a worker thread, so that the API answers meanwhile. A backend store given by URI replaces the
database.
"""

import os
import shutil
import threading
from pathlib import Path
from typing import Any

from embedded_aws.environments import clean_environment
from embedded_aws.patches.context import PatchContext
from embedded_aws.ports import LOOPBACK
from embedded_aws.postgres import Database, PostgresServer

_TYPE = "AWS::RDS::DBInstance"


class _Databases:
    """The servers behind the instances, by instance identifier."""

    def __init__(self, context: PatchContext) -> None:
        self._context = context
        self._servers: dict[str, PostgresServer] = {}
        self._lock = threading.Lock()

    def start(self, instance: dict[str, Any]) -> None:
        name = instance["DBInstanceIdentifier"]
        database = Database(
            name=instance["DBName"], user=instance["MasterUsername"], password=instance["_MasterUserPassword"]
        )
        settings = self._context.settings
        server = PostgresServer(self._folder(name), database, clean_environment(os.environ, settings.instance_id))
        with self._lock:
            self._servers[name] = server
        server.start()
        instance["Endpoint"] |= {"Address": LOOPBACK, "Port": server.port}

    def stop(self, name: str) -> None:
        with self._lock:
            server = self._servers.pop(name, None)
        if server is not None:
            server.stop()
            # A stage that is deployed again gets an instance of the same name.
            shutil.rmtree(self._folder(name), ignore_errors=True)

    def _folder(self, name: str) -> Path:
        return self._context.settings.directory / f"postgres-{name}"

    def stop_all(self) -> None:
        for name in list(self._servers):
            self.stop(name)


def patch(context: PatchContext) -> None:
    """Start a server with each PostgreSQL instance, and stop it with it."""
    from ministack.services import rds
    from ministack.services.cloudformation import provisioners, stacks

    if context.settings.backend_store_uri is not None:
        return
    databases = _Databases(context)
    handler = provisioners._RESOURCE_HANDLERS[_TYPE]  # noqa: SLF001
    stock_create, stock_delete = handler["create"], handler["delete"]
    stock_blocking = stacks._runs_on_worker_thread  # noqa: SLF001

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> tuple[str, dict[str, str]]:
        physical_id, attributes = stock_create(logical_id, properties, stack)
        instance = rds._instances[physical_id]  # noqa: SLF001
        if not str(instance["Engine"]).startswith("postgres"):
            return physical_id, attributes
        databases.start(instance)
        return physical_id, provisioners._rds_db_instance_attrs(instance)  # noqa: SLF001

    def delete(physical_id: str, properties: dict[str, Any]) -> None:
        databases.stop(physical_id)
        stock_delete(physical_id, properties)

    handler["create"], handler["delete"] = create, delete
    stacks._runs_on_worker_thread = lambda kind: kind == _TYPE or stock_blocking(kind)  # noqa: SLF001
    context.closers.append(databases.stop_all)
