"""Alerts link a page by a signed address, so whoever sends them may read pages, unless a stage wants no links."""

from typing import Any

import pytest

from courtside.contracts.environment import IncidentsEnv
from infra.settings import settings_for
from infra.stage import StageSettings
from tests.infra.conftest import synthesize
from tests.infra.granted import LINKED_PAGES, allowed
from tests.infra.synthesized import text

SENDERS = ("WatchFindDueFunction", "WatchTendIncidentsFunction", "WatchSettleFunction", "StepsAnnounce")


def test_without_links_in_alerts_nobody_may_read_a_page_to_sign_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = StageSettings(**(settings_for("dev").model_dump() | {"alert_links": False}))
    stage = synthesize(settings, tmp_path_factory.mktemp("unlinked"))
    for role in SENDERS:
        assert not allowed(stage.pipeline, role, "s3:GetObject") & LINKED_PAGES
        _, function = stage.pipeline.only("AWS::Lambda::Function", role)
        assert not IncidentsEnv.read(function_variables(function)).alert_links


def function_variables(function: dict[str, Any]) -> dict[str, str]:
    return {name: text(each) for name, each in function["Environment"]["Variables"].items()}
