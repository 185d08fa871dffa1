"""No champion is judged by a row that it learned from, whatever the trainings, their days and their labels were."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from courtside.contracts import training_keys
from courtside.contracts.model_card import Learned
from courtside.contracts.records import SplitRule
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.parquet import parquet_content
from courtside.core.training.candidates import Candidate, Flavor
from courtside.core.training.fit import fit_candidates, probability
from courtside.core.training.frame import feature_frame, labels
from courtside.core.training.history import newest_of
from courtside.core.training.holdout import holdout_columns
from courtside.core.training.refit import refitted
from courtside.core.training.split import split_rows
from courtside.workflows.champion_on_holdout import CHAMPION, UNSEEN, ChampionSaid, with_champion
from tests.fakes.ports import InMemoryLake

DATASET = Dataset(
    name="small",
    time_column="day",
    season_column=None,
    id_columns=("id",),
    target="won",
    features=(Feature("name", FeatureKind.NUMERIC),),
    builder=None,
    reference_seasons=1,
)
ROWS, A_DAY = 1_200, 2
KNOWN, UNKNOWN = 0.9, 0.1
FIRST = date(2020, 1, 1)


class Witness:
    """A classifier that says of each row whether it has learned from it."""

    def fit(self, rows: pd.DataFrame, labels: NDArray[np.int8]) -> "Witness":  # noqa: ARG002
        self.names = rows["name"].to_numpy()
        return self

    def predict_proba(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        said = np.where(np.isin(rows["name"].to_numpy(), self.names), KNOWN, UNKNOWN)
        return np.stack([1 - said, said], axis=1)

    def get_params(self, *, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002
        return {}


WITNESS = Candidate(name="witness", flavor=Flavor.SKLEARN, params={}, build=lambda _: Witness())  # type: ignore[arg-type,return-value]


@dataclass
class Stage:
    """Trainings one after the other, each of which becomes champion; `late` are the days that a row's label takes."""

    late: NDArray[np.int64]
    lake: InMemoryLake = field(default_factory=InMemoryLake)
    champion: tuple[Witness, Learned] | None = None
    learned: set[int] = field(default_factory=set)
    """The rows that the champion has learned from."""
    kept: set[int] = field(default_factory=set)
    """The rows that judged the champion before it learned from them."""

    def train(self, day: int, rule: SplitRule, history: str, *, forgets: bool) -> pa.Table | None:
        """Train on what is known as of a day; return its holdout with what the champion before says of it."""
        known = np.flatnonzero(np.arange(ROWS) // A_DAY + self.late < day)
        if known.size < 100:
            return None
        rows = ALL_ROWS.take(pa.array(known))
        split = split_rows(rows, dataset=DATASET, rule=rule)
        (model,) = fit_candidates(split, dataset=DATASET, candidates=[WITNESS])
        whole = newest_of(pa.concat_tables([split.train, split.test]), history, dataset=DATASET)
        found = refitted(model, split, whole, dataset=DATASET)
        assert found.record is not None
        assert found.record.until is not None
        assert (found.known == KNOWN).all()  # it did learn from what judged it
        columns: dict[str, Any] = {
            "label": labels(split.holdout, DATASET),
            "challenger": model.test_probability[split.selection_rows :],
            **holdout_columns(split.train, split.holdout, DATASET),
        }
        assert set(columns["challenger"]) == {UNKNOWN}
        holdout, training_id = pa.table(columns), f"t{len(self.lake.objects)}-{day}"
        if self.champion is not None:
            witness, learned = self.champion
            said = ChampionSaid(probability(witness, feature_frame(split.holdout, DATASET)), learned)  # type: ignore[arg-type]
            holdout = with_champion(holdout, said, model="small", lake=self.lake)
        if not forgets:
            self.lake.write(training_keys.training_holdout("small", training_id), parquet_content(holdout))
        ids = split.holdout.column("id").to_pylist()
        for name, rows_before in (("kept", self.kept), ("learned", self.learned)):
            holdout = holdout.append_column(name, pa.array([each in rows_before for each in ids]))
        self.champion = (found.model.estimator, Learned(training_id=training_id, until=found.record.until))  # type: ignore[assignment]
        self.learned, self.kept = set(whole.column("id").to_pylist()), set() if forgets else set(ids)
        return holdout


ALL_ROWS = pa.table(
    {
        "id": np.arange(ROWS),
        "day": pa.array([FIRST + timedelta(days=int(each)) for each in np.arange(ROWS) // A_DAY]),
        "name": np.arange(ROWS, dtype=np.float64),
        "won": pa.array(np.arange(ROWS) % 2, pa.int8()),
    }
)
TRAININGS = st.lists(
    st.tuples(
        st.integers(60, ROWS // A_DAY + 20),
        st.builds(SplitRule, test_share=st.floats(0.15, 0.4), holdout_share=st.floats(0.3, 0.7)),
        st.sampled_from(["all", "1y"]),
        st.booleans(),
    ),
    min_size=2,
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(TRAININGS, st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_no_row_of_a_holdout_is_ever_judged_by_a_model_that_saw_it(
    trainings: list[tuple[int, SplitRule, str, bool]], latest: int, seed: int
) -> None:
    late = np.random.default_rng(seed).integers(0, latest + 1, ROWS)
    stage = Stage(late)
    for day, rule, history, forgets in trainings:
        holdout = stage.train(day, rule, history, forgets=forgets)
        if holdout is None or CHAMPION not in holdout.column_names:
            continue
        said = holdout.column(CHAMPION)
        assert KNOWN not in said.to_pylist()
        if UNSEEN in holdout.column_names:
            assert holdout.column(UNSEEN).to_pylist() == said.is_valid().to_pylist()
        for row in holdout.to_pylist():  # and no more are left out than must be
            if row["kept"]:
                assert row[CHAMPION] == UNKNOWN
            elif row["learned"]:
                assert row[CHAMPION] is None


def test_rows_that_came_later_and_rows_that_judged_the_champion_before_are_all_compared() -> None:
    stage = Stage(np.zeros(ROWS, np.int64))
    assert stage.train(500, SplitRule(), "all", forgets=False) is not None
    holdout = stage.train(530, SplitRule(), "all", forgets=False)
    assert holdout is not None
    assert UNSEEN not in holdout.column_names
    assert holdout.column(CHAMPION).to_pylist() == [UNKNOWN] * holdout.num_rows
    assert sum(holdout.column("kept").to_pylist()) == 46  # of the 106 rows, 60 came after the first training


def test_without_what_was_said_before_only_rows_that_came_later_are_compared() -> None:
    stage = Stage(np.zeros(ROWS, np.int64))
    stage.train(500, SplitRule(), "all", forgets=True)
    holdout = stage.train(530, SplitRule(), "all", forgets=False)
    assert holdout is not None
    assert (holdout.column(CHAMPION).null_count, sum(holdout.column(UNSEEN).to_pylist())) == (46, 60)
