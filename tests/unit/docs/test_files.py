"""Commands about files work as the pages print them, typed beside small files of the same names."""

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pyarrow import csv
from sklearn.datasets import load_diabetes, load_wine

from courtside.core.features import build_features
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from tests.datasets.churn import CONTRACT, churn_table
from tests.unit.docs.pages import Block, blocks_to_run, type_in


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with four seasons, March of the last one, a table with its contract, and two of others."""
    folder = tmp_path_factory.mktemp("typed")
    features = build_features(simulate_games(seasons=range(2007, 2011)), dataset=load_dataset("nba_games"))
    season, month = features.column("season"), features.column("month")
    newest = pc.equal(season, 2010)
    pq.write_table(features.filter(pc.invert(newest)), folder / "seasons.parquet")
    pq.write_table(features.filter(pc.and_(newest, pc.equal(month, 3))), folder / "march.parquet")
    pq.write_table(churn_table(400), folder / "churn.parquet")
    csv.write_csv(churn_table(400), folder / "customers.csv")
    for name, rows in (("2023.csv", churn_table(400).slice(0, 200)), ("2024.csv", churn_table(400).slice(200))):
        csv.write_csv(rows, folder / name)
    (folder / "churn.yaml").write_text(CONTRACT.read_text())
    load_wine(as_frame=True).frame.to_csv(folder / "wine.csv", index=False)
    load_diabetes(as_frame=True, scaled=False).frame.to_csv(folder / "diabetes.csv", index=False)
    return folder


@pytest.mark.parametrize("block", blocks_to_run("files"), ids=lambda block: block.place)
def test_a_block_about_files_works_as_printed(block: Block, folder: Path) -> None:
    type_in(block, folder=folder, environment={"MLFLOW_TRACKING_URI": ""})
