"""These functions try to create Lambda functions with an attacker's code and report whether any exist."""

import base64
import io
import json
import zipfile
from pathlib import Path

from embedded_aws.aws import LocalAws

ROLE = "arn:aws:iam::000000000000:role/any"
FUNCTIONS = "/2015-03-31/functions"


def function(name: str, source: str) -> bytes:
    """Return a request body that creates a function from a zip file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", source)
    code = {"ZipFile": base64.b64encode(buffer.getvalue()).decode()}
    given = {"FunctionName": name, "Runtime": "python3.11", "Handler": "index.handler", "Role": ROLE, "Code": code}
    return json.dumps(given).encode()


def pwning(file: Path) -> str:
    return f"import pathlib\ndef handler(event, context):\n    pathlib.Path({str(file)!r}).write_text('pwned')\n"


def functions(aws: LocalAws) -> list[str]:
    return [each["FunctionName"] for each in aws.client("lambda").list_functions()["Functions"]]
