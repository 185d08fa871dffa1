"""Prod logs who asked for which object and which connections the network refused; other stages do not pay for that."""

from tests.infra.synthesized import SynthesizedStage, text

LOGS = "AccessLogsBucket"


def test_prod_logs_every_request_to_its_data(prod: SynthesizedStage) -> None:
    for bucket in ("LakeBucket", "ArtifactsBucket"):
        logging = prod.data.resources[bucket]["Properties"]["LoggingConfiguration"]
        assert logging["DestinationBucketName"] == {"Ref": LOGS}
        assert logging["LogFilePrefix"] == f"s3/{bucket}/"


def test_prod_logs_refused_connections(prod: SynthesizedStage) -> None:
    _, flow = prod.data.only("AWS::EC2::FlowLog")
    assert (flow["TrafficType"], flow["LogDestinationType"]) == ("REJECT", "s3")
    assert text(flow["LogDestination"]) == f"<{LOGS}.Arn>/network/"


def test_only_log_delivery_writes_logs_and_their_bucket_is_closed(prod: SynthesizedStage) -> None:
    bucket = prod.data.resources[LOGS]
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    assert all(bucket["Properties"]["PublicAccessBlockConfiguration"].values())
    assert bucket["Properties"]["LifecycleConfiguration"]["Rules"][0]["ExpirationInDays"] == 365
    policies = prod.data.of_type("AWS::S3::BucketPolicy").values()
    (statements,) = [each["PolicyDocument"]["Statement"] for each in policies if each["Bucket"] == {"Ref": LOGS}]
    writers = {
        s["Principal"]["Service"] for s in statements if s["Effect"] == "Allow" and s["Action"] == "s3:PutObject"
    }
    assert writers == {"logging.s3.amazonaws.com", "delivery.logs.amazonaws.com"}
    for allowed in (s for s in statements if s["Effect"] == "Allow"):
        assert set(allowed["Principal"]) == {"Service"}
        assert allowed["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert {"Bool": {"aws:SecureTransport": "false"}} in [
        s.get("Condition") for s in statements if s["Effect"] == "Deny"
    ]


def test_dev_pays_for_no_access_logs(dev: SynthesizedStage) -> None:
    assert LOGS not in dev.data.resources
    assert dev.of_type("AWS::EC2::FlowLog") == {}
