"""The kinds of incidents register themselves, each under its own name."""

from courtside.contracts.key_names import is_name
from courtside.core.incidents import KINDS


def test_each_kind_can_be_part_of_a_key_and_has_a_title_and_a_runbook() -> None:
    assert {"drift", "no_new_data", "quarantine", "unpredictable_rows", "failing_rounds"} <= KINDS.keys()
    for name, kind in KINDS.items():
        assert name == kind.name
        assert is_name(name)
        assert kind.title
        assert kind.runbook
