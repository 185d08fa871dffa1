"""`python -m infra.describe STAGE`: print a stage's settings as JSON, for programs that must not import CDK."""

import sys

from courtside.contracts.errors import BadInput
from infra.settings import settings_for

EXIT_BAD_INPUT = 2


def main(argv: list[str]) -> int:
    """Print the settings of the named stage, or what is wrong with them; return the exit code."""
    try:
        settings = settings_for(argv[0] if argv else "dev")
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_BAD_INPUT
    sys.stdout.write(settings.model_dump_json(indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
