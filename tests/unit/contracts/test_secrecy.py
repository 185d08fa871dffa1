"""No text that Courtside shows or logs contains the secret of an address."""

import logging
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside import telemetry
from courtside.cli.console import people, print_json, results
from courtside.contracts.errors import CourtsideError
from courtside.contracts.secrecy import HIDDEN, value_without_secrets, without_secrets

SECRET = "secretpw"
ADDRESSES = [
    f"http://ann:{SECRET}@host:5000/x",
    f"postgresql+psycopg2://ann:{SECRET}@127.0.0.1:1/db",
    f"http://ann:a/{SECRET}@host",
    f"http://ann:a@{SECRET}@host",
    f"https://{SECRET}@host",
    f"ann:{SECRET}@host:5000",
    f"//ann:{SECRET}@host",
    f"https://host/?token={SECRET}&page=2",
    f"https://host/?page=2&X-Amz-Signature={SECRET}",
    f"https://host/#access_token={SECRET}",
    f"https://hooks.slack.com/services/T0/B0/{SECRET}",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("around", ["{}", "'{}' does not answer", '{{"uri": "{}"}}', "Pool(host='{}')", "({}"])
def test_the_secret_is_hidden_and_the_text_around_it_stays(address: str, around: str) -> None:
    found = without_secrets(around.format(address))
    assert SECRET not in found
    assert HIDDEN in found
    before, after = around.replace("{{", "{").replace("}}", "}").split("{}")
    assert found.startswith(before)
    assert found.endswith(after)


@pytest.mark.parametrize(
    "text",
    [
        "models:/nba-game-predictions@champion",
        "public.ecr.aws/lambda/python:3.12@sha256:0123",
        "s3://bucket/a@b/part.parquet",
        "arn:aws:lambda:eu-west-1:1:function:f",
        "line 3: write to ops@example.org",
        "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/executions",
        "http://host:5000/#/experiments/1/runs/2",
    ],
)
def test_a_text_without_a_secret_stays_unchanged(text: str) -> None:
    assert without_secrets(text) == text


@given(text=st.text())
def test_hiding_secrets_twice_changes_nothing_more(text: str) -> None:
    once = without_secrets(text)
    assert without_secrets(once) == once


@given(
    user=st.text("abc0-._%", min_size=1),
    password=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='"<>'), min_size=6),
    scheme=st.sampled_from(["http", "https", "postgresql", "mysql+pymysql"]),
)
def test_a_password_of_any_characters_is_hidden(user: str, password: str, scheme: str) -> None:
    shown = without_secrets(f"cannot reach {scheme}://{user}:{password}@db.example.org:5432/x now")
    assert shown == f"cannot reach {scheme}://{HIDDEN}@db.example.org:5432/x now"


def test_errors_the_console_and_json_hide_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    address = ADDRESSES[0]
    assert SECRET not in str(CourtsideError(f"{address} is away"))
    people.print(f"warning: {address}", markup=False)
    results.print(address)
    print_json({"uri": address, "deep": [{"also": address}]})
    printed = capsys.readouterr()
    assert SECRET not in printed.out + printed.err
    assert printed.out.count(HIDDEN) == 3
    assert value_without_secrets({"rows": 3, "none": None}) == {"rows": 3, "none": None}


def test_the_log_hides_secrets_repeated_by_an_exception_or_its_cause() -> None:
    cause = OSError(ADDRESSES[0])
    failure = RuntimeError("while asking")
    failure.__cause__ = cause
    assert SECRET in "".join(traceback.format_exception(failure))
    told = (RuntimeError, failure, None)
    record = logging.LogRecord("courtside", logging.ERROR, __file__, 1, "failed", None, told)
    assert SECRET not in telemetry.logger.registered_formatter.format(record)
