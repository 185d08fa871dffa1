"""Addresses hear of the models that name them, through one filtered subscription each."""

import json
from datetime import UTC, datetime

import pytest

from courtside.adapters.model_subscriptions import MOST_MODELS, ModelSubscriptions, SubscriptionRefused, Told
from courtside.contracts.records import StageModel
from courtside.contracts.versioned import TooNew
from courtside.workflows.stage_models import StageListing
from tests.fakes.sns import FakeSns

ANN, BOB, OPS = "ann@example.com", "bob@example.com", "ops@example.com"


@pytest.fixture
def sns(monkeypatch: pytest.MonkeyPatch) -> FakeSns:
    fake = FakeSns()
    monkeypatch.setattr("boto3.client", lambda service: {"sns": fake}[service])
    return fake


def listing(unreadable: tuple[str, ...] = (), **alerts: tuple[str, ...]) -> StageListing:
    models = (
        StageModel(
            name=name, version=1, sha256="", contract_key="", added_by="ann", alerts=addresses,
            added_at=datetime(2026, 11, 29, tzinfo=UTC),
        )
        for name, addresses in alerts.items()
    )  # fmt: skip
    return StageListing(tuple(models), {name: TooNew(name, 2, 1) for name in unreadable})


def follow(unreadable: tuple[str, ...] = (), **alerts: tuple[str, ...]) -> Told:
    return ModelSubscriptions("topic").follow(listing(unreadable, **alerts))


def heard(sns: FakeSns) -> dict[str, list[str]]:
    return {address: json.loads(policy)["model"] for address, policy in sns.policies.items() if policy}


def test_an_address_has_one_subscription_with_all_models_that_name_it(sns: FakeSns) -> None:
    assert follow(fraud=(ANN,), churn=(ANN, BOB)) == Told(asked=(ANN, BOB))
    assert heard(sns) == {ANN: ["churn", "fraud"], BOB: ["churn"]}


def test_filters_follow_the_models_and_an_address_that_none_names_is_dropped(sns: FakeSns) -> None:
    follow(churn=(ANN, BOB))
    sns.confirm(ANN, BOB)
    assert follow(churn=(ANN,), fraud=(ANN,)) == Told()
    assert heard(sns) == {ANN: ["churn", "fraud"]}
    assert follow(fraud=(ANN,)) == Told()
    assert heard(sns) == {ANN: ["fraud"]}
    assert follow() == Told()
    assert heard(sns) == {}


def test_an_address_of_the_stage_itself_goes_on_hearing_everything(sns: FakeSns) -> None:
    sns.policies[OPS] = ""
    sns.confirm(OPS)
    assert follow(churn=(OPS,)) == Told()
    follow()
    assert sns.policies == {OPS: ""}


def test_an_address_that_has_not_confirmed_is_named_and_not_asked_twice(sns: FakeSns) -> None:
    follow(churn=(ANN,))
    assert follow(churn=(ANN,), fraud=(ANN,)) == Told(unconfirmed=(ANN,))
    sns.confirm(ANN)
    assert follow(churn=(ANN,), fraud=(ANN,)) == Told()
    assert heard(sns) == {ANN: ["churn", "fraud"]}


def test_whoever_hears_of_a_model_that_cannot_be_read_goes_on_hearing_of_it(sns: FakeSns) -> None:
    follow(churn=(ANN, BOB), fraud=(ANN,))
    sns.confirm(ANN, BOB)
    follow(unreadable=("churn",), fraud=())
    assert heard(sns) == {ANN: ["churn"], BOB: ["churn"]}


def test_what_sns_refuses_names_the_address(sns: FakeSns) -> None:
    sns.refuses = True
    with pytest.raises(SubscriptionRefused, match=r"ann@example.com is not told.*Filter policy limit exceeded"):
        follow(churn=(ANN,))
    with pytest.raises(SubscriptionRefused, match="151 models name it, and a filter holds 150"):
        follow(**{f"m{number}": (ANN,) for number in range(MOST_MODELS + 1)})
