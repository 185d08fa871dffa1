"""Resource types: each is either priced by one function or known to be free."""

from collections.abc import Callable, Iterable, Mapping

from courtside.contracts.templates.resources import Resource, Resources
from courtside.core.costs import compute, network, operations, storage
from courtside.core.costs.charges import Charge
from courtside.core.costs.usage import Usage

Estimator = Callable[[Resource, Resources, Usage], Iterable[Charge]]

ESTIMATORS: Mapping[str, Estimator] = {
    "AWS::ApiGatewayV2::Api": network.http_api,
    "AWS::Athena::WorkGroup": operations.workgroup,
    "AWS::CloudWatch::Alarm": operations.alarm,
    "AWS::CloudWatch::Dashboard": operations.dashboard,
    "AWS::DynamoDB::GlobalTable": storage.table,
    "AWS::EC2::EIP": network.elastic_address,
    "AWS::EC2::FlowLog": operations.flow_log,
    "AWS::EC2::Instance": compute.instance,
    "AWS::EC2::NatGateway": network.nat_gateway,
    "AWS::EC2::VPCEndpoint": network.vpc_endpoint,
    "AWS::ECS::Service": compute.service,
    "AWS::ECS::TaskDefinition": compute.task_definition,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": network.load_balancer,
    "AWS::Events::Rule": operations.rule,
    "AWS::KMS::Key": storage.key,
    "AWS::Lambda::Function": compute.function,
    "AWS::Logs::LogGroup": operations.log_group,
    "AWS::RDS::DBInstance": storage.database,
    "AWS::S3::Bucket": storage.bucket,
    "AWS::SNS::Subscription": operations.subscription,
    "AWS::SNS::Topic": operations.topic,
    "AWS::SQS::Queue": operations.queue,
    "AWS::SageMaker::MlflowTrackingServer": compute.managed_tracking_server,
    "AWS::Scheduler::Schedule": operations.schedule,
    "AWS::SecretsManager::Secret": storage.secret,
    "AWS::ServiceDiscovery::PrivateDnsNamespace": network.private_namespace,
    "AWS::ServiceDiscovery::Service": network.discovery_service,
    "AWS::StepFunctions::StateMachine": operations.state_machine,
}

# Free in themselves; what they cause is priced where it is caused.
FREE = frozenset({
    "AWS::ApiGatewayV2::Integration",
    "AWS::ApiGatewayV2::Route",
    "AWS::ApiGatewayV2::Stage",
    # The links of HTTP APIs; those of REST APIs are a load balancer and of another type.
    "AWS::ApiGatewayV2::VpcLink",
    # A budget without an action that changes resources.
    "AWS::Budgets::Budget",
    # The CDK command adds it where its usage reports are on.
    "AWS::CDK::Metadata",
    # A terabyte and ten million requests a month are free for every account, as are two million runs of functions.
    "AWS::CloudFront::CachePolicy",
    "AWS::CloudFront::Distribution",
    "AWS::CloudFront::Function",
    "AWS::CloudFront::KeyGroup",
    "AWS::CloudFront::OriginAccessControl",
    "AWS::CloudFront::OriginRequestPolicy",
    "AWS::CloudFront::PublicKey",
    "AWS::CloudFront::ResponseHeadersPolicy",
    # The first ten thousand people who sign in during a month are free on the plans Lite and Essentials.
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPoolDomain",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::Route",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::ECS::Cluster",
    # The catalog is free up to a million tables and a million requests a month.
    "AWS::Glue::Database",
    "AWS::Glue::Table",
    "AWS::IAM::OIDCProvider",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::Permission",
    # Requests through it are the function's.
    "AWS::Lambda::Url",
    "AWS::RDS::DBParameterGroup",
    "AWS::RDS::DBSubnetGroup",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SecretsManager::SecretTargetAttachment",
})  # fmt: skip
