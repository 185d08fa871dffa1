"""docs/costs.md and the runbooks state the same amounts as the estimator, to the cent."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from courtside.core.costs import Estimate, Usage, alternatives, estimate, further_model
from courtside.prices.price_list import price_table
from infra.settings import settings_for
from tests.fakes.console_script import run
from tests.infra.synthesized import ROOT, SynthesizedStage
from tests.infra.test_costs import month, resources
from tests.unit.docs.pages import blocks

PAGE = (ROOT / "docs" / "costs.md").read_text()
SENTENCES = " ".join(PAGE.split())
RUNBOOKS = " ".join((ROOT / "docs" / "runbooks.md").read_text().split())
SHOWN_USD = 0.03
SHOWN_OF_A_MODEL_USD = 0.001
COMMANDS = [line for block in blocks() if block.page == "docs/costs.md" for line in block.commands]


def rows(found: Estimate) -> Iterator[str]:
    """Yield the rows of a stage's table on the page, with all alarms in one row and all items under three cents in
    another.
    """
    alarms = [line for line in found.lines if line.service == "CloudWatch" and "alarm" in line.usage]
    paid = [line for line in alarms if line.usd_month > 0]
    others = [line for line in found.lines if line not in alarms]
    shown = [(line.usd_month, line.resource, line.service, line.usage) for line in others if _is_shown(line.usd_month)]
    name = f"pipeline/Alerts… ({len(paid)} of {len(alarms)} alarms, ten are free)"
    shown.append((sum(line.usd_month for line in paid), name, "CloudWatch", f"{len(paid)} alarm metrics"))
    for usd, *cells in sorted(shown, key=lambda row: -row[0]):
        yield f"| {' | '.join(cells)} | {usd:.2f} |"
    rest = [line.usd_month for line in others if not _is_shown(line.usd_month)]
    yield f"| {len(rest)} more | | each under three cents | {sum(rest):.2f} |"
    yield f"| **total** | | | **{found.total_usd_month:.2f}** |"


def _is_shown(usd: float) -> bool:
    return round(usd, 2) >= SHOWN_USD


def test_the_table_of_each_stage_shows_the_estimators_amounts(stage: SynthesizedStage) -> None:
    assert "\n".join(rows(month(stage))) in PAGE


def test_the_page_shows_what_a_further_model_costs(dev: SynthesizedStage) -> None:
    lines = further_model(resources(dev), usage=Usage(), table=price_table("us-east-1"))
    shown = [line for line in lines if line.usd_month >= SHOWN_OF_A_MODEL_USD]
    rest = lines[len(shown) :]
    written = [
        *(f"| {line.resource} | {line.service} | {line.usage} | {line.usd_month:.4f} |" for line in shown),
        f"| {len(rest)} more | | each under a tenth of a cent | {sum(line.usd_month for line in rest):.4f} |",
        f"| **each further model** | | | **{sum(line.usd_month for line in lines):.4f}** |",
    ]
    assert "\n".join(written) in PAGE


def test_the_page_states_what_many_models_cost(dev: SynthesizedStage) -> None:
    for count in (1, 2, 10, 100):
        free, used_up = (month(dev, f"models={count}", f"free_allowances={each}") for each in ("true", "false"))
        each = free.total_usd_month / count
        row = f"| {count} | {free.total_usd_month:.2f} | {used_up.total_usd_month:.2f} | {each:.2f} |"
        assert row in PAGE


def test_the_page_states_what_makes_a_further_model_dearer(dev: SynthesizedStage) -> None:
    def costs(*changes: str) -> str:
        usage = Usage().changed(changes)
        lines = further_model(resources(dev), usage=usage, table=price_table("us-east-1"))
        return f"${sum(line.usd_month for line in lines):.2f}"

    assert (
        f"It costs {costs('trainings_per_month=30')} where it is trained every day, "
        f"{costs('trainings_per_month=0.33')} where it is trained every 90 days, "
        f"{costs('turns_per_day=24')} where rows arrive in every hour, "
        f"and {costs('model_gb=40')} where it keeps 40 GB."
    ) in SENTENCES


def test_the_page_states_each_regions_total_with_and_without_allowances(
    dev: SynthesizedStage, prod: SynthesizedStage
) -> None:
    def row(name: str, stage: SynthesizedStage, *, free: bool) -> str:
        assumed = Usage().changed([f"free_allowances={str(free).lower()}"])
        found = [
            estimate(resources(stage), usage=assumed, table=price_table(region))
            for region in ("us-east-1", "eu-west-1")
        ]
        return f"| {name} | {' | '.join(f'{each.total_usd_month:.2f}' for each in found)} |"

    used_up = "dev, where other systems use up the account's free allowances"
    expected = [
        row("dev", dev, free=True), row(used_up, dev, free=False),
        row("prod", prod, free=True), row("prod, where they are used up", prod, free=False),
    ]  # fmt: skip
    assert "\n".join(expected) in PAGE


def test_the_page_states_what_changes_devs_costs(dev: SynthesizedStage) -> None:
    def more(*changes: str) -> str:
        return f"${month(dev, *changes).total_usd_month - month(dev).total_usd_month:.2f}"

    assert (
        f"a training every day instead of every week adds {more('trainings_per_month=30')}, "
        f"50 GB more in each bucket {more('bucket_gb=55')}, "
        f"ten times the tracking requests {more('tracking_requests_per_day=30000')}, "
        f"ten times the logs {more('log_gb_per_group=0.5')}."
    ) in SENTENCES
    by_the_hour = sum(line.usd_month for line in month(dev).lines[:3])
    assert by_the_hour / month(dev).total_usd_month == pytest.approx(0.85, abs=0.01), "the page says: 85 %"


def test_the_page_states_the_budgets_and_where_dev_exceeds_its_own(dev: SynthesizedStage) -> None:
    budgets = {name: settings_for(name).budget_usd_month for name in ("dev", "prod")}
    assert f"(dev {budgets['dev']:g}, prod {budgets['prod']:g})" in SENTENCES
    assert f"The ceiling is ${budgets['dev']:g} a month." in SENTENCES
    elsewhere = estimate(resources(dev), usage=Usage(), table=price_table("eu-west-1")).total_usd_month
    cents = round(100 * (round(elsewhere, 2) - budgets["dev"]))
    assert f"In eu-west-1 dev exceeds its budget by {cents} cents" in SENTENCES


def test_the_page_states_what_the_alarms_and_the_dashboard_cost(dev: SynthesizedStage) -> None:
    def of(what: str, *changes: str) -> tuple[int, float]:
        lines = [line for line in month(dev, *changes).lines if what in line.usage]
        return len(lines), sum(line.usd_month for line in lines)

    (count, free), (_, used_up) = of("alarm"), of("alarm", "free_allowances=false")
    assert f"As ten a month are free in an account, they cost ${free:.2f} a month, or ${used_up:.2f} where" in RUNBOOKS
    dashboard = of("dashboard", "free_allowances=false")[1]
    assert f"the dashboard costs ${dashboard:.2f} and the ten alarms ${used_up - free:.2f} more" in SENTENCES
    written = {19: "nineteen"}[count]
    assert f"There are {written} alarms on one metric each" in RUNBOOKS
    assert f"{written} alarms, each with its" in " ".join((ROOT / "docs" / "architecture.md").read_text().split())


def test_the_page_states_what_other_ways_to_run_dev_cost(dev: SynthesizedStage) -> None:
    months = {
        each.name: estimate(each.resources, usage=Usage(), table=price_table("us-east-1")).total_usd_month
        for each in alternatives(resources(dev))
    }
    written = re.findall(r"^\| ([^|]+) \| [^|]+ \| ([\d.]+) \| ([+-][\d.]+) \|$", PAGE, flags=re.MULTILINE)
    own = months["this stage"]
    assert written == [(name, f"{usd:.2f}", f"{usd - own:+.2f}") for name, usd in months.items()]


def test_the_page_lists_the_estimators_assumptions() -> None:
    written = re.findall(r"^\| `(\w+)` \| ([\w.]+) \| (.+) \|$", PAGE, flags=re.MULTILINE)
    assert written == [
        (name, str(value).lower() if isinstance(value, bool) else f"{value:g}", meaning)
        for name, value, meaning in Usage().described()
    ]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_page_works(command: str, dev: SynthesizedStage, prod: SynthesizedStage) -> None:
    _, *words = shlex.split(command.replace("cdk.out", str(prod.assembly)))
    # Another test checks that the command synthesizes by itself.
    assembly: list[str | Path] = [] if "--assembly" in words else ["--assembly", dev.assembly]
    done = run(*words, *assembly)
    assert done.returncode == 0, done.stderr
