"""The preflight finds what would make a first deployment fail, given the answers that AWS would return."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from courtside.adapters.examination import account
from courtside.adapters.examination.preflight import Plan, build_machine, examinations, preflight
from courtside.core.findings import Finding

ROOT = Path(__file__).parents[4]
ANSWERS = tuple[str, dict[str, Any] | str]
Answering = Callable[..., None]
ROLES = ("AWSServiceRoleForECS", "AWSServiceRoleForRDS", "AWSServiceRoleForAPIGateway")
US_EAST_1 = {"a": 3, "b": 1, "c": 2, "d": 6}
ADDS = {
    "Name": "RUNTIME_MONITORING",
    "Status": "ENABLED",
    "AdditionalConfiguration": [{"Name": "ECS_FARGATE_AGENT_MANAGEMENT", "Status": "ENABLED"}],
}


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Answering:
    """Make a service answer its calls in this order, each with a response or with the code of an error."""
    clients: dict[str, Any] = {}
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    monkeypatch.setattr(boto3, "client", lambda service: clients[service])

    def answer(service: str, *answers: ANSWERS) -> None:
        clients[service] = session.client(service)  # type: ignore[call-overload]  # the types know only literal names
        stub = Stubber(clients[service])
        for operation, given in answers:
            if isinstance(given, str):
                stub.add_client_error(operation, given)
            else:
                stub.add_response(operation, given)
        stub.activate()

    return answer


def plan(region: str = "us-east-1", **settings: Any) -> Plan:
    return Plan(settings=settings, region=region, root=ROOT)


def look(check: str, given: Plan | None = None) -> list[Finding]:
    (examination,) = [each for each in examinations() if each.check == check]
    return list(examination.look(given or plan()))


def zones(region: str, numbers: dict[str, int]) -> ANSWERS:
    short = {"us-east-1": "use1", "eu-west-3": "euw3", "us-west-1": "usw1", "il-central-1": "ilc1"}[region]
    listed = [{"ZoneName": f"{region}{letter}", "ZoneId": f"{short}-az{number}"} for letter, number in numbers.items()]
    return "describe_availability_zones", {"AvailabilityZones": list(reversed(listed))}


def test_every_examination_is_a_module_that_names_its_own_check() -> None:
    checks = [each.check for each in examinations()]
    assert len(set(checks)) == len(checks)
    modules = Path(preflight.__code__.co_filename).parent.glob("[!_]*.py")
    assert len(checks) == len(list(modules))


def test_a_zone_without_vpc_links_is_named_with_two_zones_that_have_them(answering: Answering) -> None:
    answering("ec2", zones("us-east-1", US_EAST_1))
    (finding,) = look("availability zones")
    assert finding.level == "fail"
    assert finding.detail == (
        "use1-az3, use1-az1 come first in this account, but use1-az3 has no VPC links or no Fargate"
    )
    assert "zone_ids = ('use1-az1', 'use1-az2')" in finding.fix


@pytest.mark.parametrize(
    ("region", "numbers", "chosen", "level"),
    [
        ("us-east-1", {"a": 1, "b": 2, "c": 3}, (), "ok"),
        ("us-east-1", US_EAST_1, ("use1-az6", "use1-az1"), "ok"),
        ("us-east-1", US_EAST_1, ("use1-az6", "use1-az3"), "fail"),
        ("us-east-1", US_EAST_1, ("use1-az6", "use1-az5"), "fail"),
        ("us-west-1", {"a": 3, "b": 1}, (), "ok"),
        ("us-west-1", {"a": 2, "b": 1, "c": 3}, (), "fail"),
        ("eu-west-3", {"a": 1, "b": 2, "c": 3}, (), "fail"),
        ("il-central-1", {"a": 1, "b": 2, "c": 3}, (), "warn"),
    ],
)
def test_zones_are_judged_by_their_ids(
    answering: Answering, region: str, numbers: dict[str, int], chosen: tuple[str, ...], level: str
) -> None:
    answering("ec2", zones(region, numbers))
    (finding,) = look("availability zones", plan(region, zone_ids=chosen))
    assert finding.level == level
    assert bool(finding.fix) == (level != "ok")


@pytest.mark.parametrize("missing", [(), ("AWSServiceRoleForECS",), ROLES])
def test_a_missing_service_linked_role_is_reported_with_the_command_that_creates_it(
    answering: Answering, missing: tuple[str, ...]
) -> None:
    role = {"Path": "/", "RoleId": "A" * 20, "Arn": "arn:aws:iam::123456789012:role/x", "CreateDate": "2026-01-01"}
    answering("iam", *(
        ("get_role", "NoSuchEntity" if name in missing else {"Role": {**role, "RoleName": name}}) for name in ROLES
    ))  # fmt: skip
    found = look("service-linked roles")
    assert [each.level for each in found] == (["warn"] * len(missing) or ["ok"])
    for name, finding in zip(missing, found, strict=False):
        assert name in finding.detail
        assert finding.fix.startswith("aws iam create-service-linked-role --aws-service-name ")


def policies(**documents: str) -> ANSWERS:
    listed = [{"policyName": name, "policyDocument": document} for name, document in documents.items()]
    return "describe_resource_policies", {"resourcePolicies": listed}


@pytest.mark.parametrize(
    ("documents", "level", "said"),
    [
        ({}, "ok", "0 of 10 policies"),
        ({"AWSLogDeliveryWrite20150319": "x" * 5000}, "fail", "5000 of 5120"),
        ({"AWSLogDeliveryWrite20150319": "x" * 4000}, "ok", "4000 of 5120"),
        ({"AWSLogDeliveryWrite20150319": "x" * 5000 + "/aws/vendedlogs/*"}, "ok", "let in already"),
        ({f"p{number}": "{}" for number in range(10)}, "fail", "all 10 policies"),
        ({"AWSLogDeliveryWrite20150319": "{}", **{f"p{number}": "{}" for number in range(9)}}, "ok", "10 of 10"),
    ],
)
def test_a_full_log_resource_policy_is_a_failure(
    answering: Answering, documents: dict[str, str], level: str, said: str
) -> None:
    answering("logs", policies(**documents))
    (finding,) = look("log resource policy")
    assert (finding.level, said in finding.detail) == (level, True)
    assert bool(finding.fix) == (level == "fail")


def quota(value: float) -> ANSWERS:
    return "get_service_quota", {"Quota": {"Value": value}}


@pytest.mark.parametrize(("limit", "level"), [(0.0, "fail"), (5.0, "ok")])
def test_every_quota_is_compared_with_what_a_stage_needs(answering: Answering, limit: float, level: str) -> None:
    answering("lambda", ("get_account_settings", {"AccountLimit": {"ConcurrentExecutions": 10 if limit else 5}}))
    answering("ec2", ("describe_vpcs", {"Vpcs": []}), ("describe_addresses", {"Addresses": []}))
    answering("rds", ("describe_db_instances", {"DBInstances": []}))
    link = {"Name": "x", "SecurityGroupIds": [], "SubnetIds": [], "VpcLinkId": "v"}
    answering("apigatewayv2", ("get_vpc_links", {"Items": [] if limit else [link] * 10}))
    answering("service-quotas", *[quota(limit)] * 4)
    found = {each.check: each for each in look("quotas", plan(private_subnets=True, training_size={"cpu": 1024}))}
    named = {f"quota of {of}" for of in ("functions", "networks", "tasks", "VPC links", "databases", "addresses")}
    assert set(found) == named
    assert {each.level for check, each in found.items() if check != "quota of functions"} == {level}
    assert found["quota of functions"].level == ("ok" if limit else "warn")
    assert all(each.fix for each in found.values() if each.level != "ok")


@pytest.mark.parametrize(
    ("features", "level"),
    [([ADDS], "warn"), ([{**ADDS, "Status": "DISABLED"}], "ok"), ([{**ADDS, "AdditionalConfiguration": []}], "ok")],
)
def test_a_warning_announces_the_container_that_guardduty_adds(
    answering: Answering, features: list[dict[str, Any]], level: str
) -> None:
    detector = {"ServiceRole": "r", "Status": "ENABLED", "Features": features}
    answering("guardduty", ("list_detectors", {"DetectorIds": ["d" * 32]}), ("get_detector", detector))
    (finding,) = look("GuardDuty runtime monitoring")
    assert finding.level == level


def test_an_account_without_guardduty_is_fine(answering: Answering) -> None:
    answering("guardduty", ("list_detectors", {"DetectorIds": []}))
    (finding,) = look("GuardDuty runtime monitoring")
    assert finding.level == "ok"


@pytest.mark.parametrize(
    ("machine", "wanted", "emulator", "level"),
    [
        ("aarch64", "arm64", None, "ok"),
        ("AMD64", "x86_64", None, "ok"),
        ("x86_64", "arm64", "qemu-aarch64", "warn"),
        ("x86_64", "arm64", "qemu-x86_64", "fail"),
        ("arm64", "x86_64", None, "warn"),
    ],
)
def test_the_architecture_of_the_images_is_compared_with_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, machine: str, wanted: str, emulator: str | None, level: str
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    emulators = tmp_path / "binfmt_misc"
    if emulator:
        emulators.mkdir()
        (emulators / emulator).touch()
    monkeypatch.setattr(build_machine, "_EMULATORS", emulators)
    (finding,) = look("build architecture", plan(architecture=wanted))
    assert finding.level == level
    assert ("-c architecture=" in finding.fix) == (level == "fail" or machine == "arm64")


@pytest.mark.parametrize(
    ("region", "level"), [("us-east-1", "ok"), ("eu-central-2", "ok"), ("east-1", "fail"), ("il-central-1", "fail")]
)
def test_a_region_whose_certificate_authority_is_not_in_the_images_is_named(region: str, level: str) -> None:
    (finding,) = look("database certificate", plan(region))
    assert finding.level == level
    assert (f"/{region}/{region}-bundle.pem to images/rds-ca.pem" in finding.fix) == (level == "fail")


def test_a_bootstrap_with_another_qualifier_is_found_and_named(answering: Answering) -> None:
    there = {"Parameters": [{"Name": "/cdk-bootstrap/mlteam/version", "Value": "30"}]}
    answering("ssm", ("get_parameter", "ParameterNotFound"), ("get_parameters_by_path", there))
    (finding,) = account.bootstrap({})
    assert finding.level == "fail"
    assert finding.detail == "this account and region are bootstrapped as mlteam, not as hnb659fds"
    assert 'bootstrap_qualifier = "mlteam"' in finding.fix


@pytest.mark.parametrize(("version", "level"), [("7", "fail"), ("8", "ok")])
def test_the_bootstrap_with_the_qualifier_of_the_stage_is_examined(
    answering: Answering, version: str, level: str
) -> None:
    answering("ssm", ("get_parameter", {"Parameter": {"Name": "/cdk-bootstrap/mlteam/version", "Value": version}}))
    (finding,) = account.bootstrap({"bootstrap_qualifier": "mlteam"})
    assert finding.level == level
    assert ("--qualifier mlteam" in finding.fix) == (level == "fail")


def test_a_denied_call_is_a_warning_and_the_other_examinations_still_run(
    answering: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    for service, operation in (
        ("ec2", "describe_availability_zones"),
        ("iam", "get_role"),
        ("logs", "describe_resource_policies"),
        ("guardduty", "list_detectors"),
    ):
        answering(service, (operation, "AccessDenied"))
    refused = dict.fromkeys(("lambda", "rds", "apigatewayv2", "service-quotas"), "AccessDenied")
    for service, operation in zip(
        refused, ("get_account_settings", "describe_db_instances", "get_vpc_links", "get_service_quota"), strict=True
    ):
        answering(service, (operation, "AccessDenied"), (operation, "AccessDenied"))
    monkeypatch.setattr("platform.machine", lambda: "arm64")
    found = list(preflight(plan(architecture="arm64")))
    assert all(each.level in {"ok", "warn"} for each in found)
    assert {each.check for each in found} >= {"availability zones", "service-linked roles", "build architecture"}
    assert "let this caller use" in next(each.fix for each in found if each.check == "service-linked roles")
