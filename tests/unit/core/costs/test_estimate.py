"""The lines of a monthly estimate agree with sums computed by hand."""

from dataclasses import replace
from typing import Any

import pytest

from courtside.core.costs import Price, Usage, UsageInvalid, alternatives, estimate
from courtside.core.costs.kinds import ESTIMATORS, FREE
from tests.unit.core.costs.stages import QUIET, month, prices, stage, usd

FARGATE = {"fargate_arm_vcpu_hour": 0.04, "fargate_arm_gb_hour": 0.005, "fargate_x86_vcpu_hour": 0.08}
TASK = {
    "Type": "AWS::ECS::TaskDefinition",
    "Properties": {
        "Cpu": "256",
        "Memory": "1024",
        "RuntimePlatform": {"CpuArchitecture": "ARM64"},
        "Family": "train-x",
    },
}


def service(**more: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::ECS::Service",
        "Properties": {
            "TaskDefinition": {"Ref": "Task"},
            "LaunchType": "FARGATE",
            "DesiredCount": 2,
            "NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "ENABLED"}},
            **more,
        },
    }


def test_a_service_costs_every_task_all_month_and_every_public_address() -> None:
    table = prices(**FARGATE, public_ipv4_hour=0.005)
    found = month(table=table, Server=service(), Task=TASK)
    # 2 tasks * 730 h * (¼ vCPU * $0.04 + 1 GB * $0.005) + 2 * 730 * $0.005
    assert usd(found) == {"Server": pytest.approx(21.9 + 7.3)}
    assert [line.service for line in found.lines[:2]] == ["Fargate", "VPC"]
    assert found.lines[0].usage == "365 units (2 tasks all month); 1,460 units"


def test_a_service_on_x86_has_the_prices_of_x86() -> None:
    task = {"Type": TASK["Type"], "Properties": {"Cpu": "1024", "Memory": "2048"}}
    found = month(table=prices(**FARGATE), Server=service(DesiredCount=1), Task=task)
    assert usd(found) == {"Server": pytest.approx(730 * 0.08)}
    assert {each.reason for each in found.unpriced} == {
        "no price of fargate_x86_gb_hour in moon-1",
        "no price of public_ipv4_hour in moon-1",
    }


@pytest.mark.parametrize("named", [{"Ref": "Task"}, {"Fn::Sub": "${Task}"}, "train-x"])
def test_a_task_that_a_state_machine_runs_costs_the_time_of_its_trainings(named: Any) -> None:
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"DefinitionString": {"Fn::Join": ["", [named]]}},
    }
    table = prices(**FARGATE, public_ipv4_hour=0.005, state_transition=0.001)
    usage = replace(QUIET, trainings_per_month=5, training_minutes=24, transitions_per_training=10)
    # 5 * 0.4 h * ($0.01 + $0.005 + $0.005); 5 * 10 * $0.001
    assert usd(month(usage, table=table, Task=TASK, Machine=machine)) == {
        "Task": pytest.approx(0.04),
        "Machine": pytest.approx(0.05),
    }
    assert usd(month(replace(usage, trainings_per_month=0), table=table, Task=TASK, Machine=machine)) == {}


def test_a_standby_doubles_a_database_and_backups_cost_what_exceeds_its_storage() -> None:
    database = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "Engine": "postgres",
            "StorageType": "gp3",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            "MultiAZ": True,
        },
    }
    table = prices(**{"rds_postgres_db.t4g.micro_hour": 0.01, "rds_gp3_gb_month": 0.1, "rds_backup_gb_month": 1})
    assert usd(month(table=table, Database=database)) == {"Database": pytest.approx(2 * 7.3 + 2 * 2)}
    single = {**database, "Properties": {**database["Properties"], "MultiAZ": False}}  # type: ignore[dict-item]
    more = replace(QUIET, backup_gb=23)
    assert usd(month(more, table=table, Database=single)) == {"Database": pytest.approx(7.3 + 2 + 3)}


def test_a_function_costs_as_many_runs_as_its_trigger_starts() -> None:
    function = {"Type": "AWS::Lambda::Function", "Properties": {"MemorySize": 512, "Architectures": ["arm64"]}}
    schedule = {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {
            "ScheduleExpression": "rate(12 hours)",
            "Target": {"Arn": {"Fn::GetAtt": ["Check", "Arn"]}},
        },
    }
    hears = {
        "Type": "AWS::SNS::Subscription",
        "Properties": {"Protocol": "lambda", "Endpoint": {"Fn::GetAtt": ["Notify", "Arn"]}},
    }
    usage = replace(QUIET, days=30, alerts_per_month=7, other_runs_per_month=3, function_seconds=4)
    table = prices(lambda_request=1, lambda_arm_gb_second=0.5, scheduler_invocation=0.1)
    found = month(usage, table=table, Check=function, Schedule=schedule, Notify=function, Hears=hears, Alone=function)
    # runs * ($1 + 4 s * ½ GB * $0.50): 60 runs by the schedule, 7 by alerts, 3 without a trigger
    assert usd(found) == {"Check": 120.0, "Notify": 14.0, "Alone": 6.0, "Schedule": pytest.approx(6.0)}


def test_the_disk_of_a_function_costs_from_half_a_gigabyte_on() -> None:
    table = prices(lambda_request=1, lambda_x86_gb_second=0, lambda_disk_gb_second=0.1)
    usage = replace(QUIET, other_runs_per_month=3, function_seconds=4)
    for mebibytes, expected in ((512, 3.0), (2_560, 3 + 3 * 4 * 2 * 0.1)):
        function = {"Type": "AWS::Lambda::Function", "Properties": {"EphemeralStorage": {"Size": mebibytes}}}
        assert usd(month(usage, table=table, Check=function)) == {"Check": pytest.approx(expected)}


def test_stores_logs_and_alarms_are_priced_by_their_use() -> None:
    table = prices(
        s3_gb_month=0.5, s3_write=0.01, s3_read=0.001, secret_month=0.4, secret_read=0.001,
        dynamodb_write=0.1, dynamodb_read=0.01, dynamodb_gb_month=1, dynamodb_recovery_gb_month=2,
        log_gb=1, log_gb_month=0.1, alarm_month=0.1, dashboard_month=3, http_api_request=0.001, hosted_zone_month=0.5,
    )  # fmt: skip
    usage = replace(
        QUIET, days=30, bucket_gb=4, bucket_writes=100, bucket_reads=1000, secret_reads=100, table_writes=10,
        table_reads=50, table_gb=2, log_gb_per_group=2, tracking_requests_per_day=10,
    )  # fmt: skip
    replica = {"Region": "x", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    metric = {"Id": "m", "MetricStat": {"Period": 300}}
    found = month(
        usage,
        table=table,
        Lake={"Type": "AWS::S3::Bucket"},
        Password={"Type": "AWS::SecretsManager::Secret"},
        Ledger={
            "Type": "AWS::DynamoDB::GlobalTable",
            "Properties": {"BillingMode": "PAY_PER_REQUEST", "Replicas": [replica]},
        },
        Logs={"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 90}},
        Alarm={"Type": "AWS::CloudWatch::Alarm", "Properties": {"Period": 300}},
        Ratio={"Type": "AWS::CloudWatch::Alarm", "Properties": {"Metrics": [{"Expression": "a/b"}, metric, metric]}},
        Board={"Type": "AWS::CloudWatch::Dashboard"},
        Api={"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
        Namespace={"Type": "AWS::ServiceDiscovery::PrivateDnsNamespace"},
    )
    assert found.unpriced == ()
    assert usd(found) == {
        "Lake": pytest.approx(2 + 1 + 1),
        "Password": pytest.approx(0.5),
        "Ledger": pytest.approx(1 + 0.5 + 2 + 4),
        "Logs": pytest.approx(2 + 2 * 3 * 0.1),
        "Alarm": pytest.approx(0.1),
        "Ratio": pytest.approx(0.2),
        "Board": 3.0,
        "Api": pytest.approx(0.3),
        "Namespace": 0.5,
    }


def test_free_allowances_are_used_up_once_and_can_be_switched_off() -> None:
    alarm = {"Type": "AWS::CloudWatch::Alarm", "Properties": {"Period": 60}}
    table = prices()
    table = replace(table, prices={**table.prices, "alarm_month": Price(usd=0.1, unit="alarms", free=2)})
    alarms = {f"Alarm{number}": alarm for number in range(5)}
    assert month(replace(QUIET, free_allowances=True), table=table, **alarms).total_usd_month == pytest.approx(0.3)
    assert month(QUIET, table=table, **alarms).total_usd_month == pytest.approx(0.5)
    for usage in (QUIET, replace(QUIET, free_allowances=True)):
        found = month(usage, table=table, **alarms)
        assert found.with_allowances_usd_month == pytest.approx(0.3)
        assert found.without_allowances_usd_month == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("kind", "properties"),
    [
        ("AWS::Redshift::Cluster", {}),
        ("AWS::RDS::DBInstance", {"Engine": "oracle-ee"}),
        ("AWS::ApiGatewayV2::Api", {"ProtocolType": "WEBSOCKET"}),
        ("AWS::CloudWatch::Alarm", {"Period": 10}),
        ("AWS::DynamoDB::GlobalTable", {"BillingMode": "PROVISIONED"}),
        ("AWS::EC2::VPCEndpoint", {"VpcEndpointType": "Interface"}),
        ("AWS::ECS::Service", {"LaunchType": "EC2"}),
        ("AWS::Events::Rule", {"EventPattern": {"source": ["our.app"]}}),
        ("AWS::Scheduler::Schedule", {"ScheduleExpression": "at(2026-01-01T00:00:00)"}),
        ("AWS::SNS::Subscription", {"Protocol": "sms"}),
        ("AWS::SQS::Queue", {"FifoQueue": True}),
        ("AWS::StepFunctions::StateMachine", {"StateMachineType": "EXPRESS"}),
    ],
)
def test_a_resource_without_a_rule_is_reported_as_unpriced_and_not_as_free(
    kind: str, properties: dict[str, Any]
) -> None:
    found = month(table=prices(), Odd={"Type": kind, "Properties": properties})
    assert [each.resource for each in found.unpriced] == ["data/Odd"]
    assert kind in found.unpriced[0].reason


def test_no_type_is_both_priced_and_free() -> None:
    assert not FREE & ESTIMATORS.keys()


def test_the_json_adds_up_and_lists_the_most_expensive_line_first() -> None:
    found = month(
        table=prices(kms_key_month=1.004, hosted_zone_month=2),
        Key={"Type": "AWS::KMS::Key"},
        NamespaceA1B2C3D4={"Type": "AWS::ServiceDiscovery::PrivateDnsNamespace"},
    )
    document = found.to_dict(stage="dev")
    assert list(document) == [
        "stage", "region", "prices_as_of", "total_usd_month",
        "with_allowances_usd_month", "without_allowances_usd_month", "lines",
    ]  # fmt: skip
    assert (document["stage"], document["region"], document["prices_as_of"]) == ("dev", "moon-1", "2026-01-31")
    assert document["total_usd_month"] == 3.0
    assert document["lines"][:2] == [
        {"resource": "data/Namespace", "service": "Route 53", "usage": "1 units", "usd_month": 2},
        {"resource": "data/Key", "service": "KMS", "usage": "1 units", "usd_month": 1.004},
    ]


def test_an_image_is_counted_once_and_traces_only_if_tracing_is_active() -> None:
    image = {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/assets:" + "a" * 64}
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ImageUri": image}}}
    table = prices(ecr_gb_month=1, trace=0.5)
    usage = replace(QUIET, image_gb=0.5, image_versions=4, traces=6)
    assert usd(month(usage, table=table, One=function, Two=function)) == {"container images": 2.0}
    traced = {"Type": function["Type"], "Properties": {"TracingConfig": {"Mode": "Active"}}}
    assert usd(month(usage, table=table, One=traced)) == {"traces": 3.0}


def test_assumptions_are_read_by_name_and_type() -> None:
    usage = Usage().changed(["trainings_per_month=30", "free_allowances=false"])
    assert usage == replace(Usage(), trainings_per_month=30.0, free_allowances=False)
    assert {name: value for name, value, _ in usage.described()}["trainings_per_month"] == 30.0
    assert all(meaning for _, _, meaning in usage.described())


@pytest.mark.parametrize(
    "setting",
    [
        "trainings=3",
        "traces",
        "traces=many",
        "traces=-1",
        "traces=nan",
        "traces=inf",
        "days=0",
        "free_allowances=1",
        "models=0",
        "models=1.5",
    ],
)
def test_a_wrong_assumption_is_refused_by_name(setting: str) -> None:
    with pytest.raises(UsageInvalid, match="trainings_per_month") as caught:
        Usage().changed([setting])
    assert caught.value.given == setting


def test_an_alternative_replaces_the_server_and_keeps_the_other_resources() -> None:
    own = stage(
        Server=service(DesiredCount=1),
        Task=TASK,
        Lake={"Type": "AWS::S3::Bucket"},
        Api={"Type": "AWS::ApiGatewayV2::Api", "Properties": {"ProtocolType": "HTTP"}},
        Password={"Type": "AWS::SecretsManager::Secret"},
        Database={"Type": "AWS::RDS::DBInstance", "Properties": {"MasterUserPassword": {"Ref": "Password"}}},
    )
    kinds = {
        way.name.split()[0]: sorted(each.kind.split("::", 1)[1] for each in way.resources) for way in alternatives(own)
    }
    assert kinds["this"] == sorted(each.kind.split("::", 1)[1] for each in own)
    assert kinds["managed"] == ["S3::Bucket", "SageMaker::MlflowTrackingServer"]
    assert kinds["EC2"] == ["EC2::Instance", "RDS::DBInstance", "S3::Bucket", "SecretsManager::Secret"]
    assert "EC2::NatGateway" in kinds["load"]
    assert "ApiGatewayV2::Api" not in kinds["load"]


def test_a_load_balancer_and_a_nat_are_priced_by_the_hour_and_use() -> None:
    balanced = alternatives(stage(Server=service(DesiredCount=1), Task=TASK))[1]
    table = prices(**FARGATE, public_ipv4_hour=0.005, alb_hour=0.02, alb_unit_hour=0.01, nat_hour=0.04, nat_gb=0.1)
    found = estimate(balanced.resources, usage=replace(QUIET, nat_gb=5, balancer_units=2), table=table)
    assert found.unpriced == ()
    # a server without a public address; a balancer at $0.02 + 2 * $0.01 with two addresses; a NAT gateway
    assert usd(found) == {
        "Server": pytest.approx(730 * 0.015),
        "instead/LoadBalancer": pytest.approx(730 * (0.02 + 0.02 + 2 * 0.005)),
        "instead/NatGateway": pytest.approx(730 * 0.04 + 0.5),
    }
