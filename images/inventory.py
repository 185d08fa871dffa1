"""List what is installed in an image, by its own metadata: Python's distributions and Debian's packages."""

import json
from dataclasses import dataclass

from embedded_aws.containers.engine import Engine

# This runs inside the image with Python's standard library alone.
_PROGRAM = """
import importlib.metadata, json, pathlib, sys
found = {}
for each in importlib.metadata.distributions(path=[*sys.argv[1:], *sys.path]):
    meta = each.metadata
    words = [meta.get("License-Expression"), *(c.rpartition(" :: ")[2] for c in meta.get_all("Classifier") or ()
             if c.startswith("License :: ")), (meta.get("License") or "").split("\\n")[0]]
    # The first found is what is imported.
    found.setdefault((meta["Name"], "pypi"), (each.version, next((word for word in words if word), "")))
status = pathlib.Path("/var/lib/dpkg/status")
for entry in status.read_text().split("\\n\\n") if status.is_file() else ():
    fields = dict(line.split(": ", 1) for line in entry.splitlines() if ": " in line and line[0] != " ")
    if fields.get("Status", "").endswith(" installed"):
        found[fields["Package"], "deb"] = (fields["Version"], "")
print(json.dumps([[*name, *rest] for name, rest in sorted(found.items())]))
"""
_PACKAGES = "/var/task"


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package; `kind` is `pypi` or `deb`, and `licence` is what its metadata states, or empty."""

    name: str
    kind: str
    version: str
    licence: str


def inventory(engine: Engine, image: str) -> list[Package]:
    """Return the packages of an image, by name; raises `EngineFailed`."""
    return [Package(*each) for each in json.loads(engine.output(image, "python", "-c", _PROGRAM, _PACKAGES))]
