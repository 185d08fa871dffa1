"""The server logs in with a role that reads and writes rows, and can change neither the schema nor other roles."""

import logging
import os
from typing import Any

from mlflow_image.login import CURRENT, read

SERVER_SECRET = "COURTSIDE_SERVER_SECRET_ARN"  # noqa: S105 — the name of a variable
log = logging.getLogger("courtside.server_role")


def let_server_in(engine: Any) -> None:
    """Create the role of the server's secret if it is missing, with its password and its rights to what exists now."""
    arn = os.environ.get(SERVER_SECRET)
    if not arn:
        return
    login = read(arn, CURRENT)
    assert login is not None
    from psycopg2.extensions import quote_ident

    with engine.begin() as transaction:
        driver = transaction.connection.driver_connection
        role = quote_ident(login["username"], driver)
        with driver.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [login["username"]])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE")
            set_password(driver, user=login["username"], password=login["password"])
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
            cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
            cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
            # Only the migration may write the schema's version.
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}")
    log.info("The server logs in as %s", login["username"])


def set_password(driver: Any, *, user: str, password: str) -> None:
    """Give a role a password through an open connection, as part of its transaction."""
    from psycopg2.extensions import encrypt_password, quote_ident

    # Send the hash, so that no statement log ever holds the password.
    hashed = encrypt_password(password, user, scope=driver)
    with driver.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {quote_ident(user, driver)} PASSWORD %s", [hashed])
