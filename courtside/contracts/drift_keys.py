"""Where drift reports and a model's accepted new normal lie in the lake, below the prefixes of `lake_keys`.

As there, a name that could lead out of its prefix raises `NameUnusable`.
"""

import re
from datetime import date

from courtside.contracts import lake_keys
from courtside.contracts.key_names import key_name


def drift_reports(model: str) -> str:
    """Prefix of a model's drift reports for programs and people."""
    return f"{lake_keys.records(model)}drift/"


def drift_report(model: str, day: date, check_id: str) -> str:
    """Key of one archived drift report as JSON."""
    return f"{drift_reports(model)}dt={day.isoformat()}/{_check(check_id)}.json"


def drift_page(model: str, day: date, check_id: str) -> str:
    """Key of the same report as a page for people."""
    return f"{drift_reports(model)}dt={day.isoformat()}/{_check(check_id)}.html"


def is_drift_report(key: str) -> bool:
    """Tell whether a key is one that `drift_report` or `drift_page` gives."""
    return re.fullmatch(rf"{lake_keys.MODELS_PREFIX}[^/]+/drift/dt=[^/]+/[^/]+\.(json|html)", key) is not None


def drift_rows(model: str, day: date, check_id: str) -> str:
    """Key of the same report, one row per feature, in a folder that query engines can read."""
    return f"{lake_keys.drift_rows_of(model)}dt={day.isoformat()}/{_check(check_id)}.parquet"


def accepted_reference(model: str) -> str:
    """Key of the record of what people accepted as a model's new normal."""
    return f"{lake_keys.records(model)}reference/accepted.json"


def accepted_profile(model: str, sha256: str) -> str:
    """Key of the profile of a window that was accepted; what lies there is never replaced by another one."""
    return f"{lake_keys.records(model)}reference/accepted/{sha256}.profile"


def _check(check_id: str) -> str:
    return key_name(check_id, "the id of a drift check")
