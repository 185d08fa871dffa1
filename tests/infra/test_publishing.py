"""The function that builds pages may read all that building asks for, which is tried with a recorded stage."""

from fnmatch import fnmatch

import pytest

from courtside.contracts import dashboard_keys
from courtside.contracts.names import STACKS
from courtside.workflows.dashboard import Dashboard
from courtside.workflows.ports import StampedObject
from tests.fakes.deployed_stacks import DeployedStacks
from tests.fakes.ports import InMemoryLake
from tests.fakes.recorded_year import NOW, RecordedStage
from tests.infra.granted import LAKE, allowed
from tests.infra.synthesized import SynthesizedStage

PUBLISH = "PublishingFunction"


class AskedLake(InMemoryLake):
    """Remembers what was read and written."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: set[str] = set()
        self.writes: set[str] = set()

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        self.reads.add(key)
        return super().read(key, version_id=version_id)

    def stamped(self, key: str) -> StampedObject | None:
        self.reads.add(key)
        return super().stamped(key)

    def write(self, key: str, content: bytes) -> None:
        self.writes.add(key)
        super().write(key, content)


@pytest.fixture(scope="module")
def asked() -> AskedLake:
    lake = AskedLake()
    stage = RecordedStage(lake=lake, features=2)
    stage.record("churn", 21, rows=210)
    stage.record("fraud", 21, rows=210)  # of the same target, so that the two are compared
    stage.add("parcels", task="multiclass")
    lake.reads.clear()
    lake.writes.clear()
    dashboard = Dashboard("dev", stage.models, DeployedStacks())
    for model in ("churn", "fraud", "parcels"):
        dashboard.publish_model(model, now=NOW)
    dashboard.publish_stage(now=NOW)
    return lake


def test_it_may_read_every_object_that_building_the_pages_reads(dev: SynthesizedStage, asked: AskedLake) -> None:
    granted = allowed(dev.pipeline, PUBLISH, "s3:GetObject")
    parts = {key.split("/")[0] for key in asked.reads}
    assert {"archive", "dashboard", "models", "tables"} <= parts
    assert [key for key in sorted(asked.reads) if not any(fnmatch(f"{LAKE}/{key}", each) for each in granted)] == []


def test_it_may_write_every_page_and_note_that_building_leaves(dev: SynthesizedStage, asked: AskedLake) -> None:
    granted = allowed(dev.pipeline, PUBLISH, "s3:PutObject")
    assert {dashboard_keys.MONTH_COSTS, dashboard_keys.COMPARISONS} <= asked.writes
    assert [key for key in sorted(asked.writes) if not any(fnmatch(f"{LAKE}/{key}", each) for each in granted)] == []


def test_it_may_read_the_templates_of_its_own_stages_stacks_and_of_no_other(dev: SynthesizedStage) -> None:
    assert allowed(dev.pipeline, PUBLISH, "cloudformation:GetTemplate") == {
        f"arn:aws:cloudformation:<AWS::Region>:<AWS::AccountId>:stack/courtside-dev-{part}/*" for part in STACKS
    }
