"""`courtside restore` looks at the moment that it is given before it asks AWS."""

from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.cli.restore import NotAMoment

TOMORROW = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01", "future"])
def test_what_is_no_moment_of_the_past_is_refused(text: str) -> None:
    result = CliRunner().invoke(app, ["restore", "--to", TOMORROW if text == "future" else text, "--yes"])
    assert isinstance(result.exception, NotAMoment)
    assert "2026-11-30T07:10:00Z" in str(result.exception)


def test_a_store_that_does_not_exist_is_refused() -> None:
    result = CliRunner().invoke(app, ["restore", "--to", "2026-01-01T00:00:00Z", "--only", "queue"])
    assert result.exit_code == 2
