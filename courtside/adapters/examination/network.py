"""A deployed stage's network, as far as it has something that a template cannot remove."""

from collections.abc import Iterator, Sequence

from courtside.adapters import aws_clients
from courtside.adapters.stack_resources import StackResource
from courtside.core.findings import Finding, doubtful, fine

_CHECK = "default security group"


def default_group(resources: Sequence[StackResource]) -> Iterator[Finding]:
    """Examine the group that AWS gives every VPC: nothing of a stage is in it, and it should let nothing through.

    CloudFormation cannot change it; the CDK would do so with an extra function, which would stay for this one call.
    """
    ec2 = aws_clients.client("ec2")
    for network in (each.physical_id for each in resources if each.kind == "AWS::EC2::VPC"):
        named = [{"Name": "vpc-id", "Values": [network]}, {"Name": "group-name", "Values": ["default"]}]
        for group in ec2.describe_security_groups(Filters=named)["SecurityGroups"]:
            open_ways = [
                way
                for way, rules in (("ingress", "IpPermissions"), ("egress", "IpPermissionsEgress"))
                if group.get(rules)
            ]
            if open_ways:
                said = f"{group['GroupId']} is as AWS made it: nothing uses it, but whatever is put into it is open"
                yield doubtful(_CHECK, said, "; ".join(_closing(group["GroupId"], way) for way in open_ways))
            else:
                yield fine(_CHECK, f"{group['GroupId']} lets nothing through")


def _closing(group: str, way: str) -> str:
    rules = f"$(aws ec2 describe-security-groups --group-ids {group} --query SecurityGroups[0].{{}} --output json)"
    field = "IpPermissions" if way == "ingress" else "IpPermissionsEgress"
    return f'aws ec2 revoke-security-group-{way} --group-id {group} --ip-permissions "{rules.format(field)}"'
