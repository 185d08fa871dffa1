"""The text of a policy is parsed once, and says the same each time."""

import json
from typing import Any, cast

import pytest
from ministack.core import iam_evaluator

from embedded_aws.patches import policy_documents

STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Patch ministack, and return what its own parser was given."""
    stock, given = iam_evaluator.parse_policy_document, list[Any]()

    def counting(document: Any) -> Any:
        given.append(document)
        return stock(document)

    monkeypatch.setattr(iam_evaluator, "parse_policy_document", counting)
    policy_documents.patch(cast("Any", None))
    return given


def test_a_text_is_parsed_once_and_another_one_for_itself(parsed: list[Any]) -> None:
    text, other = (json.dumps({"Statement": {**STATEMENT, "Sid": name}}) for name in "ab")
    first = iam_evaluator.parse_policy_document(text)
    assert iam_evaluator.parse_policy_document(text) == first
    assert [each.sid for each in first] == ["a"]
    assert [each.sid for each in iam_evaluator.parse_policy_document(other)] == ["b"]
    assert parsed == [text, other]


def test_what_a_caller_does_with_the_statements_changes_no_other(parsed: list[Any]) -> None:
    text = json.dumps({"Statement": STATEMENT})
    iam_evaluator.parse_policy_document(text).clear()
    assert len(iam_evaluator.parse_policy_document(text)) == 1
    assert parsed == [text]


def test_a_document_that_is_no_text_is_read_as_it_is_now(parsed: list[Any]) -> None:
    document = {"Statement": [STATEMENT]}
    assert len(iam_evaluator.parse_policy_document(document)) == 1
    document["Statement"].append(STATEMENT)
    assert len(iam_evaluator.parse_policy_document(document)) == 2
    assert len(parsed) == 2
