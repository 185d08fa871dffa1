"""`courtside drift`: compare tables, and recompute past checks."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, print_text, say
from courtside.cli.input import OptionalContractOption, say_left_out
from courtside.cli.stage import Model, Stage, signed, stage_tracking_uri
from courtside.cli.stage_data import stage_lake
from courtside.contracts.days import parse_day
from courtside.contracts.events import DriftCheckResponse, Window
from courtside.contracts.shortening import listed
from courtside.core.sentences import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from courtside.core.drift import FeatureDrift, Profile
    from courtside.workflows.backfill_drift import BackfilledWindow
    from courtside.workflows.check_drift import DriftMonitor
    from courtside.workflows.compare_tables import Compared, Comparison

app = typer.Typer(no_args_is_help=True, help="Compare a current table with a reference.")
EXIT_DRIFT = 3
INSUFFICIENT_DATA = "insufficient_data"


@app.command("check")
def check_tables(
    reference: Annotated[
        str,
        typer.Option(
            help="What to compare with: a parquet file, a folder, s3://bucket/prefix, a saved .profile, or the stored "
            "reference of a model (models:/nba-game-predictions@champion)."
        ),
    ],
    current: Annotated[str, typer.Option(help="What to compare: a parquet file, a folder or s3://bucket/prefix.")],
    dataset: OptionalContractOption = None,
    time_column: Annotated[
        str | None,
        typer.Option(help="The column that says when each row happened [default: the contract's, or else guessed]."),
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(
            help="The policy that gives the verdicts: calibrated or classic [default: the contract's, or calibrated]."
        ),
    ] = None,
    threshold: Annotated[
        list[str] | None, typer.Option(help="One feature's own threshold, like home_rest_days.ks=0.2; may be repeated.")
    ] = None,
    since: Annotated[str | None, typer.Option("--from", help="First day of the current table to compare.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Day to stop before.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for report.json and report.html.")] = None,
    tracking_uri: Annotated[
        str | None, typer.Option(envvar="MLFLOW_TRACKING_URI", help="MLflow server of models:/ [default: the stage's].")
    ] = None,
    stage: Stage = "dev",
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 3 when drift is found.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Compare two tables, read batch by batch.

    Without --contract, the columns that both have are compared, with kinds inferred from the reference; where the
    reference holds the features of nba_games, that contract is used.

    Examples:

    - `courtside drift check --reference seasons.parquet --current march.parquet --exit-code`

    - `courtside drift check --reference 2023.csv --current 2024.csv --contract churn.yaml --out report`

    - `courtside drift check --reference models:/nba-game-predictions@champion --current s3://bucket/features --json`
    """
    from courtside.api.drift import MODEL_SCHEME, check_drift

    with people.status(f"Comparing {current} with {reference}"):
        found = check_drift(
            partial(_stored, reference, tracking_uri, stage) if reference.startswith(MODEL_SCHEME) else reference,
            current,
            contract=dataset,
            policy=policy,
            thresholds=threshold or (),
            time_column=time_column,
            since=since,
            until=until,
        )
    if out is not None:
        data, page = found.save(out)
        say(f"written: {data}, {page}")
    compared = found.comparison
    for file in compared.report.files_quarantined:
        say(f"set aside: {file.file}: {file.reason}", style="bold red")
    print_json(compared.to_dict()) if as_json else _print(compared)
    if exit_code and compared.report.drift_detected:
        raise typer.Exit(EXIT_DRIFT)


def _stored(address: str, tracking_uri: str | None, stage: str) -> "Profile":
    """Return the reference of a registered model, on this server or on the stage's."""
    from courtside.adapters.registered_profiles import registered_profile, require_address

    require_address(address)
    return registered_profile(address, tracking_uri=tracking_uri or stage_tracking_uri(stage))


def _print(compared: "Comparison") -> None:
    from courtside.core.drift.reports.together import told_together
    from courtside.core.drift.story import headline
    from courtside.core.drift.story.telling import rounding
    from courtside.core.report_page.wording import disagreement

    report = compared.report
    usual = f", {len(report.features_usual)} as usual" if report.features_usual else ""
    moved = report.features_drifted
    for title, found in (
        (f"Drift, policy {report.policy}: {len(moved)} {plural('feature', moved)} moved{usual}", report.features),
        ("Target and prediction", report.outcomes),
    ):
        if found:
            print_table(title, _rows(found))
    for feature in report.features:
        if feature.drifted or feature.name in report.features_usual:
            print_text(f"{feature.name}: {feature.reason}")
        elif note := rounding(feature.name, compared.reference, compared.current):
            print_text(f"{feature.name}: {note}")
    if unjudged := [feature for feature in report.features if feature.verdict == INSUFFICIENT_DATA]:
        print_text(f"{listed([feature.name for feature in unjudged])}: {unjudged[0].reason}")
    _say_inferred(compared.compared)
    if report.newest_part is not None:
        print_text(disagreement(report.newest_part))
    for line in report.differing.sentences:
        print_text(line)
    apart = report.segments_not_in_reference
    together = [headline.together(each) for each in told_together(report.features) if each.rare]
    parts = (
        *([headline.not_by_segments(apart)] if apart else []),
        *together,
        *map(headline.table, report.table),
        *map(headline.segment, report.segments),
    )
    for line in (*parts, *map(headline.outcome, report.outcomes_drifted)):
        print_text(line)
    besides = ", not in the features; target and prediction are not counted" if report.outcomes_drifted else ""
    print_text("drift: yes" if report.drift_detected else f"drift: no{besides}")


def _say_inferred(compared: "Compared") -> None:
    if compared.note is not None:
        say(compared.note)
        say_left_out(compared.left_out)


def _rows(found: "Sequence[FeatureDrift]") -> list[dict[str, Any]]:
    from courtside.core.report_page.wording import corrected

    return [
        {
            "feature": f.name,
            "effect": f.effect,
            "p": corrected(f),
            "psi": f.statistic("psi"),
            "ks": f.statistic("ks"),
            "chi2_p": f.statistic("chi2_pvalue"),
            "missing": f.missing_rate,
            "verdict": f.verdict,
        }
        for f in found
    ]


@app.command("backfill")
def backfill_windows(
    since: Annotated[str, typer.Option("--from", help="First day (YYYY-MM-DD).")],
    until: Annotated[str, typer.Option("--to", help="Day to stop before.")],
    stage: Stage = "dev",
    model: Model = None,
    window_days: Annotated[
        int | None, typer.Option(min=1, help="Days per window [default: those of the contract's watch.window].")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Recompute past drift checks against today's champion: reports and records, no alerts and no retraining.

    Example: `courtside drift backfill --from 2018-10-01 --to 2019-07-01 --stage dev --window-days 30`
    """
    from courtside.core.drift.reading import Days
    from courtside.workflows.backfill_drift import backfill

    first, last = parse_day(since), parse_day(until)
    Days(first, last)  # raises if they are the wrong way round
    with people.status("Looking back") as status:
        done = backfill(
            Window(start=first, end=last),
            monitor=_monitor(stage, model),
            now=datetime.now(UTC),
            window_days=window_days,
            progress=status.update,
        )
    rows = [_backfilled(each) for each in done]
    print_json(rows) if as_json else print_table("Backfilled", rows)


def _monitor(stage: str, model: str | None) -> "DriftMonitor":
    from courtside.adapters.deployment import stage_outputs
    from courtside.adapters.function_environment import function_environment
    from courtside.bootstrap.stage import drift_monitor_of
    from courtside.contracts.environment import CheckDriftEnv
    from courtside.contracts.names import StackOutput

    env = CheckDriftEnv.read(function_environment(stage_outputs(stage)[StackOutput.CHECK_DRIFT]))
    return drift_monitor_of(
        env.model_copy(update={"tracking_uri": signed(env.tracking_uri)}), stage_lake(stage, model)[1].name
    )


def decision_of(check: DriftCheckResponse) -> str:
    """Return what was decided, or that there were too few rows to decide."""
    # With so few rows nothing was decided, which is not the same as finding no drift in them.
    return INSUFFICIENT_DATA if check.rule == INSUFFICIENT_DATA else check.decision


def _backfilled(done: "BackfilledWindow") -> dict[str, Any]:
    check = done.check
    return {
        "start": done.window.start.isoformat(),
        "end": done.window.end.isoformat(),
        "rows": check.rows if check else 0,
        "drifted": len(check.features_drifted) if check else None,
        "decision": decision_of(check) if check else "no rows",
        "report": check.report_key if check else None,
    }
