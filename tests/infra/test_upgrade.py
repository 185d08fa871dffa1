"""Deploying this version keeps everything that an earlier release, known by its templates, left in an account."""

import copy

import pytest

from infra.changes.__main__ import changes_between
from infra.changes.compare import Action
from tests.infra.releases import release, versions
from tests.infra.synthesized import SynthesizedStage

STATEFUL = ("LakeBucket", "ArtifactsBucket", "TrackingDatabase", "TrackingDatabaseSecret", "SlackWebhookSecret")


@pytest.fixture(params=["dev", "prod"])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("version", versions())
def test_nothing_that_holds_data_is_replaced_or_removed(
    version: str, name: str, request: pytest.FixtureRequest
) -> None:
    new: SynthesizedStage = request.getfixturevalue(name)
    old = release(version, name).templates
    changes = changes_between(old, new.templates)
    assert changes, "the comparison would notice nothing"
    assert [change for change in changes if change.endangers] == []


@pytest.mark.parametrize("version", versions())
def test_the_network_of_the_database_is_not_replaced(version: str, name: str, request: pytest.FixtureRequest) -> None:
    """The database's network and subnet group stay, because a new one would replace the database that refers to it."""
    new: SynthesizedStage = request.getfixturevalue(name)
    old = release(version, name).templates
    stack = f"courtside-{name}-data"
    changes = changes_between({stack: old[stack]}, {stack: new.data.template})
    gone = [change.logical_id for change in changes if change.action in {Action.REPLACED, Action.REMOVED}]
    assert [logical_id for logical_id in gone if logical_id.startswith(("Network", "Database"))] == []


@pytest.mark.parametrize("logical_id", STATEFUL)
def test_a_renamed_stateful_resource_would_be_noticed(dev: SynthesizedStage, logical_id: str) -> None:
    renamed = copy.deepcopy(dev.data.template)
    renamed["Resources"]["Renamed"] = renamed["Resources"].pop(logical_id)
    (lost,) = [c for c in changes_between({"data": dev.data.template}, {"data": renamed}) if c.endangers]
    assert (lost.logical_id, lost.action) == (logical_id, Action.REMOVED)


@pytest.mark.parametrize(
    ("logical_id", "name", "value"),
    [
        ("LakeBucket", "BucketName", "a-name"),
        ("TrackingDatabase", "StorageEncrypted", False),
        ("TrackingDatabase", "DBName", "other"),
        ("TrackingDatabase", "MasterUsername", "other"),
        ("TrackingDatabaseSecret", "Name", "a-name"),
        ("Ledger", "KeySchema", []),
    ],
)
def test_a_property_that_replaces_would_be_noticed(
    dev: SynthesizedStage, logical_id: str, name: str, value: object
) -> None:
    changed = copy.deepcopy(dev.data.template)
    changed["Resources"][logical_id]["Properties"][name] = value
    (lost,) = [c for c in changes_between({"data": dev.data.template}, {"data": changed}) if c.endangers]
    assert (lost.logical_id, lost.action, lost.causes) == (logical_id, Action.REPLACED, (name,))


def test_a_replaced_subnet_group_would_replace_the_database(dev: SynthesizedStage) -> None:
    changed = copy.deepcopy(dev.data.template)
    group = dev.data.resources["TrackingDatabase"]["Properties"]["DBSubnetGroupName"]["Ref"]
    changed["Resources"][group]["Properties"]["DBSubnetGroupName"] = "a-name"
    found = changes_between({"data": dev.data.template}, {"data": changed})
    (lost,) = [c for c in found if c.endangers]
    assert (lost.logical_id, lost.causes) == ("TrackingDatabase", (f"{group} is replaced",))
