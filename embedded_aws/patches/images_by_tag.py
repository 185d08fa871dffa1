"""ECR says so when it does not have a requested image.

Wrong in 1.5.33: ``DescribeImages`` for tags that a repository does not hold answers with an empty list, so that the
CDK's command takes every image for published. Here, as on AWS: ``ImageNotFoundException``.
"""

import json
from typing import Any

from embedded_aws.patches.context import PatchContext


def patch(_: PatchContext) -> None:
    """Raise the error instead of an empty answer to a request that names images."""
    from ministack.core.responses import error_response_json
    from ministack.services import ecr

    stock = ecr._describe_images  # noqa: SLF001

    def describe(data: dict[str, Any]) -> Any:
        answer = stock(data)
        if data.get("imageIds") and json.loads(answer[2]).get("imageDetails") == []:
            return error_response_json("ImageNotFoundException", "The repository holds no such image", 400)
        return answer

    ecr._describe_images = describe  # noqa: SLF001
