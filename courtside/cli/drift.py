"""`courtside drift`: compare tables."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from courtside.cli.console import JsonFlag, print_json, print_table
from courtside.contracts.errors import BadInput
from courtside.contracts.names import DEFAULT_DATASET

if TYPE_CHECKING:
    import pyarrow as pa

app = typer.Typer(no_args_is_help=True, help="Compare a current table with a reference.")
EXIT_DRIFT = 3


class FeaturesUnreadable(BadInput):
    """A file of features cannot be read."""

    def __init__(self, path: Path, detail: str) -> None:
        self.path = path
        super().__init__(f"{path} is not a readable parquet file of features: {detail}")


@app.command("check")
def check_files(
    reference: Annotated[Path, typer.Option(help="Parquet file of features the champion knows.")],
    current: Annotated[Path, typer.Option(help="Parquet file of features to compare.")],
    dataset: Annotated[
        str, typer.Option(help="A shipped dataset contract, or the path of a YAML file.")
    ] = DEFAULT_DATASET,
    policy: Annotated[str, typer.Option(help="The policy that gives the verdicts.")] = "classic",
    threshold: Annotated[
        list[str] | None, typer.Option(help="One feature's own threshold, like home_rest_days.ks=.2; may be repeated.")
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 3 when drift is found.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Compare two files of features.

    Example: `courtside drift check --reference seasons.parquet --current march.parquet --exit-code`
    """
    from courtside.core.drift import check, fit
    from courtside.core.drift.policies import policy_named
    from courtside.datasets.catalog import load_dataset

    contract = load_dataset(dataset)
    rules = policy_named(policy, thresholds=threshold or ())
    profile = fit(_read(reference).to_batches(), contract.features, time_column=contract.time_column)
    window = profile.summarize(_read(current).to_batches())
    report = check(profile, window, rules)
    if as_json:
        print_json(report.to_dict())
    else:
        rows = [
            {
                "feature": f.name,
                "psi": f.psi,
                "ks": f.ks,
                "chi2_p": f.chi2_pvalue,
                "verdict": f.verdict,
                "why": f.reason,
            }
            for f in report.features
        ]
        print_table(f"Drift, policy {report.policy}: {len(report.features_drifted)} features moved", rows)
    if exit_code and report.drift_detected:
        raise typer.Exit(EXIT_DRIFT)


def _read(path: Path) -> "pa.Table":
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise FeaturesUnreadable(path, str(error).splitlines()[0]) from error
