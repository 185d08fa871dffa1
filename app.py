"""The CDK app: reads the stage from the context (`-c stage=dev`) and builds its stacks."""

import aws_cdk as cdk

from courtside.contracts.errors import CourtsideError
from infra.app import build
from infra.settings import settings_for


def main() -> None:
    """Synthesize one stage; a wrong setting ends with its message, not with a traceback."""
    app = cdk.App()
    try:
        build(app, settings_for(str(app.node.try_get_context("stage") or "dev")))
    except CourtsideError as error:
        raise SystemExit(f"courtside: {error}") from error
    app.synth()


if __name__ == "__main__":
    main()
