"""The shipped price table gives dated prices with sources for each region that it knows."""

from datetime import date

import pytest

from courtside.contracts.errors import BadInput
from courtside.prices.price_list import RegionNotPriced, _Document, price_table


def test_the_prices_of_a_region_have_a_date() -> None:
    table = price_table("us-east-1")
    assert table.region == "us-east-1"
    assert date(2025, 1, 1) < table.as_of < date(2026, 12, 31)
    assert table.prices["fargate_arm_vcpu_hour"].usd == 0.03238
    assert table.prices["alarm_month"].free == 10


def test_another_region_has_its_own_prices() -> None:
    here, there = price_table("us-east-1"), price_table("eu-west-1")
    assert there.prices["log_gb"].usd > here.prices["log_gb"].usd
    assert there.prices["rds_postgres_db.t4g.micro_hour"].usd > here.prices["rds_postgres_db.t4g.micro_hour"].usd


def test_an_unknown_region_lists_the_known_ones() -> None:
    with pytest.raises(RegionNotPriced, match="eu-west-1 or us-east-1") as caught:
        price_table("moon-1")
    assert isinstance(caught.value, BadInput)


def test_a_price_without_a_source_is_refused() -> None:
    with pytest.raises(ValueError, match="hearsay"):
        _Document.model_validate({"sources": {}, "prices": {"x": {"unit": "GB", "us-east-1": [1, "hearsay"]}}})
