"""Queries can read so much and no more, and what they find is encrypted and expires."""

from courtside.contracts import lake_keys
from infra.settings import settings_for
from tests.infra.granted import statements
from tests.infra.synthesized import SynthesizedStage, text


def test_the_workgroup_enforces_its_limit_and_where_results_go(stage: SynthesizedStage) -> None:
    (workgroup,) = stage.of_type("AWS::Athena::WorkGroup").values()
    configuration = workgroup["WorkGroupConfiguration"]
    results = configuration["ResultConfiguration"]
    assert configuration["EnforceWorkGroupConfiguration"] is True
    assert configuration["EngineVersion"] == {"SelectedEngineVersion": "Athena engine version 3"}
    assert configuration["BytesScannedCutoffPerQuery"] == settings_for("dev").query_scan_limit_gb * 1000**3
    assert results["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
    assert text(results["OutputLocation"]).endswith(f"/{lake_keys.QUERY_RESULTS_PREFIX}")
    assert "LakeBucket" in text(results["OutputLocation"])


def test_a_workgroup_is_called_like_its_stage_and_goes_with_it(dev: SynthesizedStage, prod: SynthesizedStage) -> None:
    for name, stage in (("dev", dev), ("prod", prod)):
        (workgroup,) = stage.of_type("AWS::Athena::WorkGroup").values()
        assert workgroup["Name"] == f"courtside-{name}"
        assert workgroup["RecursiveDeleteOption"] is True


def test_only_people_query(stage: SynthesizedStage) -> None:
    granted = {action for each in stage.stacks for actions, _ in statements(each) for action in actions}
    assert granted
    assert not [action for action in granted if action.startswith(("athena:", "glue:", "*"))]
