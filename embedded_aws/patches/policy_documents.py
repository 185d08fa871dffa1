"""The text of a policy is parsed once.

Slow in 1.5.33: each request parses all policies of its caller's role, and does so twice: to name the caller, and to
judge what it asks for. Here: what was made of a text is kept; a changed policy is another text.
"""

from functools import lru_cache
from typing import Any

from embedded_aws.patches.context import PatchContext

_MOST = 2048


def patch(_: PatchContext) -> None:
    """Keep the statements of the policies that were used last."""
    from ministack.core import iam_evaluator

    stock = iam_evaluator.parse_policy_document
    of_text = lru_cache(_MOST)(lambda text: tuple(stock(text)))

    def parsed(document: str | dict[str, Any]) -> list[Any]:
        return list(of_text(document)) if isinstance(document, str) else stock(document)

    iam_evaluator.parse_policy_document = parsed
