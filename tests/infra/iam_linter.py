"""parliament, which knows every IAM action with the resources and conditions it takes."""

import json
import sys
from collections.abc import Mapping
from importlib import resources
from types import ModuleType
from typing import Any
from unittest import mock


def _imported() -> ModuleType:
    """Import it although it asks `pkg_resources`, which no setuptools without a known hole still brings, for a path."""
    paths = ModuleType("pkg_resources")
    paths.__dict__["resource_filename"] = lambda package, name: str(resources.files(package) / name)
    with mock.patch.dict(sys.modules, {"pkg_resources": paths}):
        import parliament
    return parliament


_PARLIAMENT = _imported()


def found_in(document: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a policy document, each starting with the kind of finding."""
    # Its pattern for numbers knows no decimals, and a TLS version is one.
    whole = json.loads(json.dumps(document), parse_float=lambda number: number.partition(".")[0])
    analyzed = _PARLIAMENT.analyze_policy_string(json.dumps(whole))
    return [f"{finding.issue}: {finding.detail}" for finding in analyzed.findings]
