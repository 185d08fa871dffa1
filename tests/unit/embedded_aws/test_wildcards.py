"""A wildcard of a policy stands for any characters, line breaks among them."""

from typing import Any, cast

import pytest
from ministack.core import iam_evaluator

from embedded_aws.patches import wildcards

FOLDER = "arn:aws:s3:::lake/incoming/*"


def test_an_object_whose_key_holds_a_line_break_is_one_of_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iam_evaluator, "_fnmatch_compile", iam_evaluator._fnmatch_compile)
    wildcards.patch(cast("Any", None))
    assert iam_evaluator.fnmatch_iam_cs("arn:aws:s3:::lake/incoming/a\n\tb.csv", FOLDER)
    assert iam_evaluator.fnmatch_iam_cs("arn:aws:s3:::lake/a\nb", "arn:aws:s3:::lake/a?b")
    assert not iam_evaluator.fnmatch_iam_cs("arn:aws:s3:::lake/outgoing/a\nb.csv", FOLDER)
    assert not iam_evaluator.fnmatch_iam_cs("arn:aws:s3:::lake/INCOMING/a", FOLDER)
    assert iam_evaluator.fnmatch_iam("S3:getobject", "s3:Get*")
