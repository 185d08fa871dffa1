"""A login tries passwords in a fixed order; the integration tests log in to real databases."""

from collections.abc import Callable
from typing import Any

import pytest

from mlflow_image import login
from mlflow_image.__main__ import main
from mlflow_image.login import CURRENT, PENDING, Login


class Refused(Exception):
    pass


class Dialect:
    """A driver whose database accepts one password."""

    name = "postgresql"

    class dbapi:  # noqa: N801 — the name that SQLAlchemy uses
        OperationalError = Refused

    def __init__(self, accepted: str) -> None:
        self.accepted = accepted
        self.tried: list[str] = []

    def connect(self, *_: object, password: str, **__: object) -> str:
        self.tried.append(password)
        if password != self.accepted:
            raise Refused(password)
        return f"connection by {password}"


@pytest.fixture
def secret(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    versions = {CURRENT: "now"}

    def read(_: str, stage: str) -> dict[str, Any] | None:
        return {"password": versions[stage], "version_id": stage} if stage in versions else None

    monkeypatch.setattr(login, "read", read)
    return versions


@pytest.fixture
def connect() -> Callable[..., Any]:
    known = Login("arn")
    return lambda dialect, **given: known.connect(dialect, None, ("dsn",), given)


def test_a_working_password_is_reused_and_replaced_when_it_stops_working(
    secret: dict[str, str], connect: Callable[..., Any]
) -> None:
    dialect = Dialect("now")
    assert connect(dialect) == "connection by now"
    secret[PENDING] = "next"
    assert connect(dialect) == "connection by now"
    dialect.accepted = "next"
    assert connect(dialect) == "connection by next"
    secret.clear()
    assert connect(dialect) == "connection by next"
    assert dialect.tried == ["now", "now", "now", "next", "next"]


def test_no_password_is_tried_twice_and_the_last_error_comes_from_the_driver(
    secret: dict[str, str], connect: Callable[..., Any]
) -> None:
    dialect = Dialect("something else")
    secret[PENDING] = "now"
    with pytest.raises(Refused):
        connect(dialect)
    assert dialect.tried == ["now"]


def test_other_databases_and_logins_with_their_own_password_are_left_alone(
    secret: dict[str, str], connect: Callable[..., Any]
) -> None:
    dialect = Dialect("now")
    assert connect(dialect, password="given") is None
    dialect.name = "sqlite"
    assert connect(dialect) is None
    assert dialect.tried == []
    assert secret


def test_an_unknown_command_is_refused_with_the_known_ones(caplog: pytest.LogCaptureFixture) -> None:
    assert main(["upgrade"]) == 2
    assert "there are server, migrate, gc, rotate" in caplog.text
