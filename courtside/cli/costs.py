"""`courtside costs`: what a stage costs a month, from its own templates."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.checkout import require_checkout
from courtside.cli.console import JsonFlag, people, print_json, print_table, print_text, say
from courtside.cli.stage import Stage
from courtside.contracts.errors import BadInput

if TYPE_CHECKING:
    from courtside.contracts.templates.resources import Resource
    from courtside.core.costs import Estimate, PriceTable, Usage

CENT = 0.01
NAMED_WHEN_OVER = 5
SHOWN_MODELS = (2, 10, 100)


class TemplateUnreadable(BadInput):
    """A file is not a CloudFormation template in JSON."""

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        super().__init__(f"{path} is not a synthesized template ({problem}); give a *.template.json of `cdk synth`")


def costs(
    stage: Stage = "dev",
    template: Annotated[
        list[Path] | None, typer.Option(help="Price this *.template.json instead; may be repeated.")
    ] = None,
    assembly: Annotated[
        Path | None, typer.Option(help="Price what `cdk synth` wrote into this folder instead.")
    ] = None,
    region: Annotated[str, typer.Option(help="The region whose list prices are used.")] = "us-east-1",
    usage: Annotated[
        list[str] | None, typer.Option(help="Another assumption, like trainings_per_month=30; may be repeated.")
    ] = None,
    models: Annotated[
        int | None, typer.Option(min=1, help="Price a stage with so many models, and say what each further one costs.")
    ] = None,
    compare: Annotated[bool, typer.Option("--compare", help="Price other ways to run the same stage.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Estimate a month of a stage by resource, from its synthesized templates and dated list prices.

    It prints what the month costs in an account that has nothing else in it, and in one where other systems use up
    the free allowances. It warns when the month is over the stage's budget, and names what could not be priced.

    Examples:

    - `courtside costs --stage prod`

    - `courtside costs --stage dev --usage trainings_per_month=30 --usage free_allowances=false --json`

    - `courtside costs --stage dev --models 100`
    """
    from courtside.core.costs import Usage, estimate
    from courtside.prices.price_list import price_table

    table = price_table(region)
    assumed = Usage().changed([*(usage or ()), *([f"models={models}"] if models else [])])
    resources = tuple(_resources(stage, templates=template or [], assembly=assembly))
    if compare:
        _compare(resources, usage=assumed, table=table, as_json=as_json)
        return
    month = estimate(resources, usage=assumed, table=table)
    if models:
        _print_models(month, resources, usage=assumed, table=table, stage=stage, as_json=as_json)
    else:
        print_json(month.to_dict(stage=stage)) if as_json else _print(month, assumed, stage=stage)
    _warn(month, budget=_budget(resources))


def _resources(stage: str, *, templates: list[Path], assembly: Path | None) -> "Iterator[Resource]":
    if templates:
        for path in templates:
            yield from _read(path, stack=path.name.removesuffix(".template.json"))
        return
    require_checkout()
    from embedded_aws.assembly import read_assembly
    from embedded_aws.demo.synthesis import Synthesis

    with TemporaryDirectory() as folder:
        if assembly is None:
            with people.status(f"Synthesizing {stage}"):
                assembly = Synthesis(Path(folder), stage=stage).finish()
        for stack in read_assembly(assembly).stacks:
            yield from _read(stack.template, stack=stack.name)


def _read(path: Path, *, stack: str) -> "Iterator[Resource]":
    from courtside.contracts.templates.resources import resources_of

    try:
        yield from resources_of(stack, json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise TemplateUnreadable(path, error.strerror or str(error)) from error
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise TemplateUnreadable(path, f"{type(error).__name__}: {error}") from error


def _print(month: "Estimate", assumed: "Usage", *, stage: str) -> None:
    shown = [line for line in month.lines if line.usd_month >= CENT]
    rows: list[dict[str, Any]] = [
        {"resource": line.resource, "service": line.service, "usage": line.usage, "USD": f"{line.usd_month:.2f}"}
        for line in shown
    ]
    rest = month.lines[len(shown) :]
    if rest:
        rows.append({
            "resource": f"{len(rest)} more",
            "service": "",
            "usage": "each under a cent (all of them with --json)",
            "USD": f"{sum(line.usd_month for line in rest):.2f}",
        })  # fmt: skip
    totals = {
        "total, free allowances used by nothing else": month.with_allowances_usd_month,
        "total, free allowances used up": month.without_allowances_usd_month,
    }
    rows += [{"resource": name, "service": "", "usage": "", "USD": f"{usd:.2f}"} for name, usd in totals.items()]
    print_table(f"{stage}, a month in {month.region}, list prices of {month.prices_as_of} or newer", rows)
    _print_assumed(assumed)


def _print_models(
    month: "Estimate",
    resources: "tuple[Resource, ...]",
    *,
    usage: "Usage",
    table: "PriceTable",
    stage: str,
    as_json: bool,
) -> None:
    from courtside.core.costs import estimate, further_model

    lines = further_model(resources, usage=usage, table=table)
    each = sum(line.usd_month for line in lines)
    if as_json:
        further = {"usd_month": round(each, 4), "lines": [line.to_dict() for line in lines]}
        print_json(month.to_dict(stage=stage) | {"models": int(usage.models), "further_model": further})
        return
    rows = [line.to_dict() | {"usd_month": f"{line.usd_month:.4f}"} for line in lines]
    total = {"resource": "each further model", "service": "", "usage": "", "usd_month": f"{each:.4f}"}
    print_table(f"What each further model adds to {stage} a month in {month.region}", [*rows, total])
    counts = sorted({1, *(count for count in SHOWN_MODELS if count < usage.models), int(usage.models)})
    months = {count: estimate(resources, usage=replace(usage, models=count), table=table) for count in counts}
    print_table(
        f"{stage} with its models",
        [
            {
                "models": count,
                "USD": f"{found.with_allowances_usd_month:.2f}",
                "USD, free allowances used up": f"{found.without_allowances_usd_month:.2f}",
                "USD a model": f"{found.with_allowances_usd_month / count:.2f}",
            }
            for count, found in months.items()
        ],
    )
    _print_assumed(usage)


def _print_assumed(assumed: "Usage") -> None:
    print_text("Assumed (change with --usage name=value):")
    for name, value, meaning in assumed.described():
        text = str(value).lower() if isinstance(value, bool) else f"{value:g}"
        print_text(f"  {name}={text}  {meaning}")


def _budget(resources: "tuple[Resource, ...]") -> float | None:
    """Return the monthly budget in the templates in dollars, if there is one."""
    limits = [each.properties["Budget"]["BudgetLimit"] for each in resources if each.kind == "AWS::Budgets::Budget"]
    return min((float(limit["Amount"]) for limit in limits), default=None)


def _warn(month: "Estimate", *, budget: float | None) -> None:
    for each in month.unpriced:
        say(f"not in the total: {each.resource}: {each.reason}", style="bold red")
    if budget is None or month.total_usd_month <= budget:
        return
    dearest = ", ".join(f"{line.resource} ${line.usd_month:.2f}" for line in month.lines[:NAMED_WHEN_OVER])
    say(
        f"${month.total_usd_month:.2f} a month is over the stage's budget of ${budget:g} "
        f"(budget_usd_month in infra/settings.py). The dearest lines: {dearest}",
        style="bold red",
    )


def _compare(resources: "tuple[Resource, ...]", *, usage: "Usage", table: "PriceTable", as_json: bool) -> None:
    from courtside.core.costs import alternatives, estimate

    months = [(each.name, estimate(each.resources, usage=usage, table=table)) for each in alternatives(resources)]
    own = months[0][1].total_usd_month
    # A way that holds something unpriced has no total, because it would look cheap.
    rows = [
        {
            "way": name,
            "usd_month": None if month.unpriced else round(month.total_usd_month, 2),
            "difference": None if month.unpriced else round(month.total_usd_month - own, 2),
            "unpriced": "; ".join(f"{each.resource}: {each.reason}" for each in month.unpriced),
        }
        for name, month in months
    ]
    if as_json:
        print_json(rows)
        return
    print_table(f"The same stage in other ways, {table.region}", [_in_cents(row) for row in rows])


def _in_cents(row: dict[str, Any]) -> dict[str, Any]:
    if row["usd_month"] is None:
        return row | {"usd_month": "unknown", "difference": ""}
    return row | {"usd_month": f"{row['usd_month']:.2f}", "difference": f"{row['difference']:+.2f}"}
