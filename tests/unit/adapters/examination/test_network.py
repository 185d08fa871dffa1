"""The doctor examines the default security group that AWS creates with every network."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from courtside.adapters.examination.network import default_group
from courtside.adapters.stack_resources import StackResource

ITSELF = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1"}]}
ANYWHERE = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@pytest.mark.parametrize(
    ("rules", "closed_by"),
    [
        ({"IpPermissions": [ITSELF], "IpPermissionsEgress": [ANYWHERE]}, ["ingress", "egress"]),
        ({"IpPermissions": [], "IpPermissionsEgress": [ANYWHERE]}, ["egress"]),
        ({"IpPermissions": [], "IpPermissionsEgress": []}, []),
    ],
)
def test_an_open_default_group_is_reported_with_the_commands_that_close_it(
    monkeypatch: pytest.MonkeyPatch, rules: dict[str, Any], closed_by: list[str]
) -> None:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    client = session.client("ec2")
    monkeypatch.setattr(boto3, "client", lambda _: client)
    filters = [{"Name": "vpc-id", "Values": ["vpc-1"]}, {"Name": "group-name", "Values": ["default"]}]
    stub = Stubber(client)
    stub.add_response(
        "describe_security_groups", {"SecurityGroups": [{"GroupId": "sg-1", **rules}]}, {"Filters": filters}
    )
    with stub:
        network = StackResource("data", "Network", "AWS::EC2::VPC", "vpc-1", "CREATE_COMPLETE")
        (finding,) = default_group([network])
    assert finding.level == ("warn" if closed_by else "ok")
    for way in ("ingress", "egress"):
        assert (f"revoke-security-group-{way} --group-id sg-1" in finding.fix) == (way in closed_by)
