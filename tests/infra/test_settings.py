import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from courtside.contracts.errors import BadInput
from infra import settings as ops
from infra.dashboard_sign_in import DashboardSignIn
from infra.stage import SettingsInvalid, StageSettings, UnknownStage
from infra.task_size import TaskSize
from tests.fakes.sign_in_setting import PUBLIC_KEY, SIGN_IN, VALUES
from tests.infra.conftest import synthesize


def broken(values: dict[str, Any]) -> Callable[[], StageSettings]:
    return lambda: StageSettings(**{"stage": "dev", **values})


def test_an_unknown_stage_lists_the_known_ones() -> None:
    with pytest.raises(UnknownStage) as caught:
        ops.settings_for("production")
    assert caught.value.known == ("dev", "staging", "prod")
    assert "dev, staging, prod" in str(caught.value)
    assert isinstance(caught.value, BadInput)


@pytest.mark.parametrize(
    ("values", "field", "fix"),
    [
        ({"alert_emails": ("ops.example.com",)}, "alert_emails", "'ops@example.com'"),
        ({"watch_schedule": "every day"}, "watch_schedule", "rate(15 minutes)"),
        ({"watch_schedule": "cron(0 12 * * *)"}, "watch_schedule", "cron(0 * * * ? *)"),
        ({"watch_schedule": "cron(0 12 * * * *)"}, "watch_schedule", "exactly one of"),
        ({"watch_schedule": "rate(0 days)"}, "watch_schedule", "rate(15 minutes)"),
        ({"watch_concurrency": 0}, "watch_concurrency", "1 to 1000"),
        ({"watch_tolerated_percent": 101}, "watch_tolerated_percent", "0 to 100"),
        ({"check_schedule": "rate(1 day)"}, "check_schedule", "`watch.every`"),
        ({"check_timezone": "UTC"}, "check_timezone", "in UTC"),
        ({"check_enabled": False}, "check_enabled", "watch_enabled"),
        ({"check_overdue_hours": 30}, "check_overdue_hours", "watch_overdue_hours"),
        ({"arrivals_schedule": "rate(1 hour)"}, "arrivals_schedule", "watch_schedule"),
        ({"window_days": 60}, "window_days", "`watch.window`"),
        ({"data_overdue_days": 21}, "data_overdue_days", "`watch.overdue`"),
        ({"watch_overdue_hours": 1}, "watch_overdue_hours", "2 to 168"),
        ({"drift_policy": "psi"}, "drift_policy", "'calibrated'"),
        ({"log_retention_days": 31}, "log_retention_days", "values listed"),
        ({"tracking_size": {"cpu": 256, "memory_mib": 4096}}, "tracking_size", "512, 1024, 2048"),
        ({"training_size": {"cpu": 300, "memory_mib": 1024}}, "training_size", "256, 512, 1024"),
        ({"database_instance": "db.t4g.micro"}, "database_instance", "'t4g.micro'"),
        ({"database_backup_days": 0}, "database_backup_days", "1 to 35"),
        ({"account": "1234"}, "account", "12 digits"),
        ({"account": 123456789012}, "account", "in quotes"),
        ({"region": "Frankfurt"}, "region", "'eu-central-1'"),
        ({"zone_ids": ("use1-az1", "us-east-1b")}, "zone_ids", "'use1-az1'"),
        ({"zone_ids": ("use1-az1",)}, "zone_ids", "2 different zones"),
        ({"zone_ids": ("use1-az1", "use1-az1")}, "zone_ids", "2 different zones"),
        ({"bootstrap_qualifier": "My-Team"}, "bootstrap_qualifier", "'hnb659fds'"),
        ({"github_repository": "https://github.com/a/b"}, "github_repository", "'owner/name'"),
        ({"github_provider": "none"}, "github_provider", "'existing'"),
        ({"stage": "Dev!"}, "stage", "lower-case"),
        ({"approval_hours": 0}, "approval_hours", "1 to 720"),
        ({"trainings_at_once": 0}, "trainings_at_once", "1 to 20"),
        ({"training_packages": ("churn-models>=1.2",)}, "training_packages", "'churn-models==1.2.0'"),
        ({"training_packages": ("churn-models==1", "Churn_Models==2")}, "training_packages", "churn_models twice"),
        ({"training_packages": ("images/packages/a-1-py3-none-any.whl",)}, "training_packages", "is no file of"),
        ({"cooldown_days": 7}, "cooldown_days", "`retrain.cooldown`"),
        ({"architecture": "arm"}, "architecture", "'arm64'"),
        ({"database_storage_gib": 5}, "database_storage_gib", "20 to 1000"),
        ({"old_versions_days": 0}, "old_versions_days", "1 to 3650"),
        ({"archive_days": 399}, "archive_days", "400 or more"),
        ({"query_scan_limit_gb": 0.001}, "query_scan_limit_gb", "0.01 to 100000"),
        ({"query_results_days": 0}, "query_results_days", "1 to 365"),
        (
            {"dashboard_sign_in": VALUES | {"host": "https://pages.example.com"}},
            "dashboard_sign_in.host",
            "host='pages.",
        ),
        ({"dashboard_sign_in": VALUES | {"hours": 13}}, "dashboard_sign_in.hours", "1 to 12"),
        (
            {"dashboard_sign_in": VALUES | {"certificate": VALUES["certificate"].replace("us-east-1", "eu-central-1")}},
            "dashboard_sign_in.certificate",
            "'arn:aws:acm:us-east-1:…'",
        ),
        ({"dashboard_sign_in": VALUES | {"signing_key": "alias/pages"}}, "dashboard_sign_in.signing_key", "RSA_2048"),
        (
            {"dashboard_sign_in": VALUES | {"public_key": "MIIB"}},
            "dashboard_sign_in.public_key",
            "not a public key in PEM",
        ),
        (
            {"dashboard_sign_in": VALUES | {"public_key": PUBLIC_KEY.replace("6uwv", "6uw")}},
            "dashboard_sign_in.public_key",
            "is damaged",
        ),
        (
            {"dashboard_sign_in": VALUES | {"public_key": PUBLIC_KEY.replace("6uwv", "")}},
            "dashboard_sign_in.public_key",
            "2,048 bits",
        ),
        ({"dashboard_sign_in": True}, "dashboard_sign_in", "DashboardSignIn(host="),
        ({"training_timeout_minutes": 2}, "training_timeout_minutes", "5 to 720"),
        ({"alert_email": "ops@example.com"}, "alert_email", "alert_emails"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value_and_a_fix(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, Any], field: str, fix: str
) -> None:
    monkeypatch.setitem(ops.STAGES, "dev", broken(values))
    with pytest.raises(SettingsInvalid) as caught:
        ops.settings_for("dev")
    (problem,) = caught.value.problems
    assert problem.startswith(field)
    assert fix in problem
    assert "got" in problem


PRIVATE_KEY = PUBLIC_KEY.replace("PUBLIC", "PRIVATE")


@pytest.mark.parametrize("written", [DashboardSignIn.model_validate, dict])
def test_a_private_key_in_the_place_of_the_public_one_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, written: Callable[[dict[str, Any]], Any]
) -> None:
    def mistaken() -> StageSettings:
        return broken({"dashboard_sign_in": written(VALUES | {"public_key": PRIVATE_KEY})})()

    monkeypatch.setitem(ops.STAGES, "dev", mistaken)
    with pytest.raises(SettingsInvalid) as caught:
        ops.settings_for("dev")
    (problem,) = caught.value.problems
    assert problem.startswith("dashboard_sign_in.public_key: is not a public key in PEM")
    assert PRIVATE_KEY.splitlines()[1] not in str(caught.value)
    assert "DashboardSignIn(host='pages.example.com'" in str(caught.value)


def test_an_address_with_a_sign_in_is_read_as_written_and_off_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [ops.settings_for(stage).dashboard_sign_in for stage in ops.STAGES] == [None, None, None]
    monkeypatch.setitem(ops.STAGES, "dev", lambda: StageSettings(stage="dev", dashboard_sign_in=SIGN_IN))
    assert ops.settings_for("dev").dashboard_sign_in == SIGN_IN
    first, *lines, last = PUBLIC_KEY.splitlines()
    for written in (f"\n{PUBLIC_KEY}\n\n", f"{first}\n{''.join(lines)}\n{last}", PUBLIC_KEY.replace("\n", "\r\n")):
        assert DashboardSignIn.model_validate(VALUES | {"public_key": written}).public_key == PUBLIC_KEY


def test_every_wrong_field_is_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ops.STAGES, "dev", broken({"watch_overdue_hours": -1, "watch_schedule": "at noon"}))
    with pytest.raises(SettingsInvalid) as caught:
        ops.settings_for("dev")
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["watch_schedule", "watch_overdue_hours"]


def test_every_field_an_operator_can_get_wrong_has_help() -> None:
    assert [name for name, field in StageSettings.model_fields.items() if not field.description] == []


def test_the_defaults_are_the_safe_ones() -> None:
    settings = StageSettings(stage="any")
    assert settings.deletion_protection
    assert settings.watch_enabled
    assert settings.database_backup_days >= 7


def test_settings_cannot_change_after_they_were_checked() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        ops.settings_for("dev").approval_hours = 0  # type: ignore[misc]


def test_every_named_stage_is_valid_and_knows_its_name() -> None:
    assert {name: ops.settings_for(name).stage for name in ops.STAGES} == {name: name for name in ops.STAGES}


def test_a_size_that_fargate_offers_is_accepted() -> None:
    assert TaskSize(cpu=4096, memory_mib=30720).memory_mib == 30720


def test_staging_is_protected_like_prod_and_asks_for_approval() -> None:
    staging = ops.settings_for("staging")
    assert staging.approval
    assert staging.deletion_protection


@pytest.mark.parametrize("region", ["eu-central-1", "us-gov-west-1", "ap-southeast-2", "us-iso-east-1"])
def test_regions_of_every_partition_are_accepted(region: str) -> None:
    assert StageSettings(stage="dev", region=region).region == region


def test_a_stage_is_deployed_to_the_callers_account_and_region_unless_set_otherwise(tmp_path: Path) -> None:
    placed = StageSettings(stage="dev", account="111122223333", region="eu-central-1", deletion_protection=False)
    stages = {name: synthesize(each, tmp_path / name) for name, each in (("open", ops.dev()), ("fixed", placed))}
    artifacts = {name: json.loads((stage.assembly / "manifest.json").read_text()) for name, stage in stages.items()}
    environments = {
        name: manifest["artifacts"]["courtside-dev-data"]["environment"] for name, manifest in artifacts.items()
    }
    assert environments == {"open": "aws://unknown-account/unknown-region", "fixed": "aws://111122223333/eu-central-1"}
    # Zones are not looked up, so that they stay the same and synthesis works offline.
    assert "missing" not in artifacts["fixed"]
    assert stages["fixed"].of_type("AWS::EC2::Subnet") == stages["open"].of_type("AWS::EC2::Subnet")
