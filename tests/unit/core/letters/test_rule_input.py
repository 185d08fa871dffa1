"""A target is handed what EventBridge would have made of an event for it."""

import json
from typing import Any

import pytest

from courtside.core.letters import rule_input

EVENT = {"id": "1", "detail": {"name": 'a "quoted"\\ name', "input": '{"model": "churn"}', "n": 3, "gone": None}}
PATHS = {"name": "$.detail.name", "input": "$.detail.input", "n": "$.detail.n", "no": "$.detail.no.such"}


def made(template: str) -> Any:
    return json.loads(rule_input({"InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": template}}, EVENT))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ('"<name> ended with <n>"', 'a "quoted"\\ name ended with 3'),
        ('"said \\"<name>\\" and <no>."', 'said "a "quoted"\\ name" and .'),
        ('{"request":<input>,"n":<n>,"no":<no>,"text":"<n>"}',
         {"request": '{"model": "churn"}', "n": 3, "no": None, "text": "3"}),
        ('"<unknown> stays"', "<unknown> stays"),
    ],
)  # fmt: skip
def test_a_template_is_filled_with_the_values_of_the_event(template: str, expected: Any) -> None:
    assert made(template) == expected


def test_without_a_template_it_is_a_constant_a_part_or_the_whole_event() -> None:
    assert rule_input({"Input": '{"a": 1}'}, EVENT) == '{"a": 1}'
    assert json.loads(rule_input({"InputPath": "$.detail.n"}, EVENT)) == 3
    assert json.loads(rule_input({"Arn": "arn"}, EVENT)) == EVENT
