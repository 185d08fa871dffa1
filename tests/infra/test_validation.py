"""Every cdk-nag finding is fixed or acknowledged in a table, and the app is held to both."""

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import aws_cdk as cdk
import jsii
import pytest

from infra.app import build, empty_app
from infra.settings import STAGES, settings_for
from infra.validation.__main__ import validate
from infra.validation.acknowledged import ACKNOWLEDGED
from infra.validation.acknowledgement import Acknowledged
from infra.validation.gate import RULES, hold_to_the_rules, template_rules
from infra.validation.nag import Finding, findings, readable, unreviewed
from tests.fakes.sign_in_setting import SIGN_IN
from tests.infra.synthesized import ROOT, cdk_context


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Finding]]:
    """Return every stage's findings, acknowledged or not."""
    everything = {}
    for stage in STAGES:
        app = empty_app(tmp_path_factory.mktemp(stage))
        everything_on = {"incoming_prefixes": ("s3://team-bucket/churn/",), "dashboard_sign_in": SIGN_IN}
        build(app, settings_for(stage).model_copy(update=everything_on))
        app.synth()
        everything[stage] = findings(app, stage)
    return everything


@pytest.mark.parametrize("stage", STAGES)
def test_every_finding_is_fixed_or_acknowledged(found: dict[str, list[Finding]], stage: str) -> None:
    assert list(unreviewed(found[stage], stage)) == []


@pytest.mark.parametrize("entry", ACKNOWLEDGED, ids=lambda entry: f"{entry.rule}-{entry.at[0]}")
def test_every_acknowledgment_still_matches_at_each_construct_it_names(
    found: dict[str, list[Finding]], entry: Acknowledged
) -> None:
    for path in entry.at:
        only = replace(entry, at=(path,))
        matches = [
            finding for stage, each in found.items() for finding in each if finding.is_acknowledged_by(only, stage)
        ]
        assert matches, f"nothing at {path} breaks {entry.rule} any more: remove it from the table"


@pytest.mark.parametrize("stage", STAGES)
def test_the_page_quotes_what_the_validation_prints(stage: str, tmp_path: Path) -> None:
    assert f"          {validate(stage, tmp_path)}\n" in (ROOT / "docs" / "security.md").read_text()


def test_reasons_are_sentences_and_no_finding_is_acknowledged_twice(found: dict[str, list[Finding]]) -> None:
    assert all(re.fullmatch(r"[A-Za-z].{20,}\.", entry.reason) for entry in ACKNOWLEDGED)
    for stage, each in found.items():
        for finding in each:
            assert len([entry for entry in ACKNOWLEDGED if finding.is_acknowledged_by(entry, stage)]) == 1, finding


def test_a_finding_elsewhere_or_in_a_stage_where_it_must_not_be_stays_open() -> None:
    logs_off = Finding("AwsSolutions-S1", "data/LakeBucket/Resource", "no access logs")
    assert list(unreviewed([logs_off], "dev")) == []
    assert list(unreviewed([logs_off], "prod")) == [logs_off]
    elsewhere = Finding("AwsSolutions-S1", "data/NewBucket/Resource", "no access logs")
    assert list(unreviewed([elsewhere], "dev")) == [elsewhere]


def test_findings_are_identified_by_name_in_every_stage() -> None:
    for stage in ("dev", "x2"):
        lake = f"courtside-{stage}-data:ExportsOutputFnGetAttLakeBucketArn4B06F64C"
        assert readable(f"AwsSolutions-IAM5[Resource::{lake}/*]") == "AwsSolutions-IAM5[Resource::<LakeBucket>/*]"
    assert readable("AwsSolutions-IAM5[Resource::<StepsGateC7B7F08F.Arn>:*]") == (
        "AwsSolutions-IAM5[Resource::<StepsGate.Arn>:*]"
    )


def _app(tmp_path: Path, add: Callable[[cdk.Stack], object]) -> cdk.App:
    """Return an app in which the mistake under test is the only one."""
    app = empty_app(tmp_path)
    add(cdk.Stack(app, "courtside-dev-data"))
    hold_to_the_rules(app, "dev")
    return app


def test_synthesis_fails_on_an_unreviewed_finding(tmp_path: Path) -> None:
    def add(stack: cdk.Stack) -> None:
        # The topic would ask for TLS in a policy, which this one does not have.
        cdk.aws_sns.Topic(stack, "Open")

    app = _app(tmp_path, add)
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = json.loads((tmp_path / "validation-report.json").read_text())
    broken = {violation["ruleName"] for plugin in report["pluginReports"] for violation in plugin["violations"]}
    assert "AwsSolutions-SNS3" in broken


def test_synthesis_fails_on_a_guard_rule(tmp_path: Path) -> None:
    app = _app(tmp_path, lambda stack: cdk.CfnResource(stack, "Logs", type="AWS::Logs::LogGroup"))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    assert "LOG_GROUPS_END" in (tmp_path / "validation-report.json").read_text()


@jsii.implements(cdk.IPolicyValidationContext)
class _Templates:
    """Stands in for what CDK gives to a validation plugin, with templates of our own."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._app = cdk.App()

    @property
    def template_paths(self) -> list[str]:
        return [self._path]

    @property
    def stack_templates(self) -> list[cdk.PolicyValidationStack]:
        return [cdk.PolicyValidationStack(stack_construct_path="Stack", template_path=self._path)]

    @property
    def account_id(self) -> None:
        return None

    @property
    def region(self) -> None:
        return None

    @property
    def app_construct(self) -> cdk.App:
        return self._app


BAD = {
    "NO_NAT_GATEWAY": ("AWS::EC2::NatGateway", {"SubnetId": {"Ref": "Subnet"}}),
    "NO_LOAD_BALANCER": ("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Type": "network"}),
    "NO_INGRESS_FROM_ANYWHERE": (
        "AWS::EC2::SecurityGroup",
        {"GroupDescription": "open", "SecurityGroupIngress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]},
    ),
    "NO_STANDALONE_INGRESS_FROM_ANYWHERE": ("AWS::EC2::SecurityGroupIngress", {"IpProtocol": "-1", "CidrIpv6": "::/0"}),
    "BUCKETS_ENCRYPTED": ("AWS::S3::Bucket", {"Tags": []}),
    "DATABASES_ENCRYPTED": ("AWS::RDS::DBInstance", {"StorageEncrypted": False}),
    "QUEUES_ENCRYPTED": ("AWS::SQS::Queue", {"SqsManagedSseEnabled": False}),
    "TOPICS_ENCRYPTED": ("AWS::SNS::Topic", {"KmsMasterKeyId": "alias/aws/sns"}),
    "FILE_SYSTEMS_ENCRYPTED": ("AWS::EFS::FileSystem", {"Encrypted": False}),
    "LOG_GROUPS_END": ("AWS::Logs::LogGroup", {"LogGroupName": "endless"}),
    "FUNCTIONS_LOG_TO_A_GROUP_OF_OURS": ("AWS::Lambda::Function", {"Description": "logs where it likes"}),
    "CONTAINERS_LOG_TO_A_GROUP_OF_OURS": (
        "AWS::ECS::TaskDefinition",
        {"ContainerDefinitions": [{"Name": "silent", "Image": "x"}]},
    ),
    "EVENT_TARGETS_KEEP_WHAT_FAILED": (
        "AWS::Events::Rule",
        {"ScheduleExpression": "rate(1 day)", "Targets": [{"Id": "t", "Arn": {"Ref": "Topic"}}]},
    ),
    "SCHEDULES_KEEP_WHAT_FAILED": (
        "AWS::Scheduler::Schedule",
        {"ScheduleExpression": "rate(1 day)", "Target": {"Arn": "a", "RoleArn": "r"}},
    ),
    "SUBSCRIBERS_KEEP_WHAT_FAILED": (
        "AWS::SNS::Subscription",
        {"Protocol": "lambda", "TopicArn": {"Ref": "Topic"}, "Endpoint": "f"},
    ),
}


@pytest.fixture(scope="session")
def fired(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Return which resources each rule names in a template that breaks every rule."""
    resources = {
        rule.title().replace("_", ""): {"Type": kind, "Properties": properties}
        for rule, (kind, properties) in BAD.items()
    }
    path = tmp_path_factory.mktemp("bad") / "bad.template.json"
    path.write_text(json.dumps({"Resources": resources}))
    named: dict[str, set[str]] = {}
    for violation in template_rules().validate(_Templates(path)).violations:
        assert violation.severity in {"error", "warning"}
        for resource in violation.violating_resources:
            named.setdefault(violation.rule_name, set()).add(str(resource.resource_logical_id))
    return named


@pytest.mark.parametrize("rule", BAD)
def test_each_guard_rule_fires_on_its_mistake_and_on_nothing_else(fired: dict[str, set[str]], rule: str) -> None:
    assert fired[rule] == {rule.title().replace("_", "")}


def test_every_guard_rule_has_a_test() -> None:
    assert set(re.findall(r"^rule (\w+)", RULES.read_text(), flags=re.MULTILINE)) == set(BAD)


def test_a_prod_without_a_standby_is_refused_whenever_validation_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    import app

    cheap = settings_for("prod").model_copy(update={"database_multi_az": False})
    monkeypatch.setattr(app, "settings_for", lambda _: cheap)
    # The CDK command passes the context in the environment, which the node process behind jsii has already read.
    monkeypatch.setattr(app, "cdk", SimpleNamespace(App=lambda: cdk.App(context=cdk_context())))
    monkeypatch.setenv("CDK_VALIDATION", "false")
    app.main()
    monkeypatch.delenv("CDK_VALIDATION")
    with pytest.raises(RuntimeError, match="ValidationFailed") as refused:
        app.main()
    report = Path(re.findall(r"found in: (\S+\.json)", str(refused.value))[0]).read_text()
    assert re.findall(r'"ruleName": "(AwsSolutions-[^"]+)"', report) == ["AwsSolutions-RDS3"]


def test_the_type_checker_reads_every_aws_service_that_infra_uses() -> None:
    sources = [path.read_text() for path in (ROOT / "infra").rglob("*.py")]
    used = {name for source in sources for name in re.findall(r"^from aws_cdk import (aws_\w+)", source, re.MULTILINE)}
    overrides = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
    (followed,) = (section["module"] for section in overrides if section.get("follow_imports") == "silent")
    assert {f"aws_cdk.{name}.*" for name in used} <= set(followed)
