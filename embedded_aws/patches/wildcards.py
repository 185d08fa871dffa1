"""A wildcard of a policy stands for any characters.

Wrong in 1.5.33: `*` and `?` stand for no line break, so that nobody may read an object whose key holds one. Here: they
do, as on AWS:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import re
from functools import cache

from embedded_aws.patches.context import PatchContext


def patch(_: PatchContext) -> None:
    """Let the patterns that ministack makes of wildcards match line breaks too."""
    from ministack.core import iam_evaluator

    stock = iam_evaluator._fnmatch_compile  # noqa: SLF001

    @cache
    def compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:  # noqa: FBT001 — as it is called
        found = stock(pattern, ignore_case)
        return re.compile(found.pattern, found.flags | re.DOTALL)

    iam_evaluator._fnmatch_compile = compiled  # noqa: SLF001
