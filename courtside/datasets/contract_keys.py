"""The keys of a contract: what each means, and an example.

The JSON Schema and the table of `docs/contract.md` are written from this model by `contract_schema`.
"""

import math
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidatorFunctionWrapHandler, WrapValidator

from courtside.core.dataset import FeatureKind, Phase
from courtside.datasets.gate_keys import Gate
from courtside.datasets.key_types import (
    A_LENGTH,
    Count,
    Email,
    KeyName,
    Keys,
    Length,
    Names,
    PrefixInS3,
    Switch,
    Text,
)
from courtside.datasets.rhythm_keys import Performance, Predict, Retrain, Watch

FORMAT = 1
"""The newest format of a contract that this Courtside reads."""


def _as_mapping(target: Any) -> Any:
    return target if isinstance(target, dict) else {"column": target}


INFER = "infer"
"""What a contract says in place of its features where they are inferred from the rows."""


def _features(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Return the features by name, none of them where they are to be inferred."""
    return {} if value == INFER else handler(value)


def _as_written(value: Any) -> Any:
    """Return a number or truth value as text; what YAML only takes for one, like Yes, arrives as NaN and is refused."""
    if isinstance(value, int):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) and math.isfinite(value) else value


_Features = Annotated[dict[Text, FeatureKind], Field(min_length=1)]


class Target(Keys):
    """What the models predict, and which value of it is class 1."""

    column: Text = Field(description="The column that the models predict.", examples=["churned"])
    positive: Annotated[Text | None, BeforeValidator(_as_written, json_schema_input_type=str | float | bool | None)] = (
        Field(
            None,
            description="The value that is class 1, whose probability is predicted. Without it class 1 is 1, true, or "
            "the larger of two whole numbers; of two texts one must be named.",
            examples=["Yes"],
        )
    )


class Comparable(Keys):
    """Which rows a window is compared with."""

    phase: Phase | None = Field(
        None, description="`month`: a window is compared with the same months of the reference.", examples=["month"]
    )


class ContractDocument(Keys):
    """A Courtside contract: what a model is trained on and how it is watched."""

    name: KeyName = Field(
        description="What everything of the model is called: at most 64 letters, digits, `-` or `_`.",
        examples=["churn"],
    )
    version: Count = Field(
        1, description="Counts the contract's changes, for people; records say it beside the hash.", examples=[2]
    )
    format: Count = Field(
        FORMAT,
        description="In which format the contract is written; a Courtside that is too old for it says so.",
        examples=[1],
    )
    purpose: Text | None = Field(
        None, description="What the models are for, in the words of their card.", examples=["Who will leave next month"]
    )
    task: Literal["binary", "multiclass", "regression"] = Field(
        "binary",
        description="What is predicted: the probability of one of two classes, those of several classes, or a value "
        "with its interval.",
        examples=["regression"],
    )
    primary_metric: Text | None = Field(
        None,
        description="The figure by which the best candidate is chosen, and `--search` searches, in place of the task's "
        "own: `auc` of two classes, `log_loss` of several, `rmse` of a regression.",
        examples=["log_loss"],
    )
    table: Text | None = Field(
        None,
        description="The table that `train` reads where neither `--table` nor `--games` is given: a file, a folder or "
        "an `s3://` address; a relative path starts at the contract's folder.",
        examples=["data/churn.parquet"],
    )
    incoming: PrefixInS3 | None = Field(
        None,
        description="A prefix of your own in S3 where new files of rows arrive, besides `incoming/NAME/` in the lake "
        "of the stage. The stage only reads there, and must be allowed to: `incoming_prefixes` in its settings.",
        examples=["s3://team-bucket/churn/"],
    )
    builder: Text | None = Field(
        None, description="The code that builds the features from raw rows, instead of `table`.", examples=["nba"]
    )
    time_column: Text | None = Field(
        None,
        description="When a row was. Without it the split is drawn, drift has no history, and on a stage each load is "
        "one window.",
        examples=["measured_at"],
    )
    season_column: Text | None = Field(
        None, description="The season of a row, for `reference_seasons`.", examples=["season"]
    )
    id_columns: Names = Field(
        [],
        description="The columns that, with the time, tell rows apart. Without them rows are ordered by all columns "
        "and copies are not found.",
        examples=[["customer_id"]],
    )
    entities: dict[Text, Names] = Field(
        {},
        description="Which rows hang together: a feature or a pattern like `home_*`, and the columns that say so. The "
        "drift check counts such rows as one.",
        examples=[{"usage_*": ["customer_id"]}],
    )
    target: Annotated[Target, BeforeValidator(_as_mapping, json_schema_input_type=Text | Target)] = Field(
        description="The column that is predicted, by itself or with `positive`.",
        examples=[{"column": "churned", "positive": "Yes"}],
    )
    prediction: Text | None = Field(
        None, description="The column of what a model predicted; its drift is told too.", examples=["score"]
    )
    features: Annotated[_Features, WrapValidator(_features, json_schema_input_type=_Features | Literal["infer"])] = (
        Field(
            description="The inputs, in the order that models take them, each `numeric`, `categorical` or `binary`; "
            "`infer` takes them and their kinds from the rows of each training.",
            examples=[{"age": "numeric", "plan": "categorical"}],
        )
    )
    leave_out: Names = Field(
        [],
        description="With `features: infer`, columns that never become features: what is known too late, or must not "
        "matter.",
        examples=[["refund_reason"]],
    )
    reference_seasons: Annotated[int, Field(ge=1, le=1_000, strict=True)] = Field(
        3, description="How many of the newest seasons the champion is compared with.", examples=[3]
    )
    comparable: Comparable = Field(
        Comparable(), description="Which rows a window is compared with.", examples=[{"phase": "month"}]
    )
    segments: Names = Field(
        [],
        max_length=3,
        description="At most three columns by whose values (the 12 most frequent of each) the drift check looks at "
        "parts of a window; the gate looks at parts of the holdout by the first of them. Models may read such a column "
        "too: with `features: infer` they do, unless `leave_out` names it.",
        examples=[["plan", "country"]],
    )
    candidates: Names | None = Field(
        None,
        min_length=1,
        description="The candidates that are trained, your own as package.module:NAME; all of Courtside's without it.",
        examples=[["logistic_regression", "lightgbm"]],
    )
    watch: Watch = Field(
        Watch(),
        description="How a stage watches the model, and how windows are judged.",
        examples=[{"every": "7d", "policy": "classic"}],
    )
    label_delay: Annotated[str, BeforeValidator(Length("0d", "3650d")), A_LENGTH] = Field(
        "30d",
        description="Within which time after a row's own its label comes. A row that has none by then is not "
        "predicted any more, and does not keep its window from being judged.",
        examples=["90d"],
    )
    predict: Predict = Field(
        Predict(),
        description="Which rows a stage predicts, and what it keeps with each prediction.",
        examples=[{"shadows": ["challenger"]}],
    )
    performance: Performance = Field(
        Performance(),
        description="How a stage judges the model by labels that come later.",
        examples=[{"window": "1d"}],
    )
    retrain: Retrain = Field(
        Retrain(), description="When a training starts by itself on a stage.", examples=[{"every": "90d"}]
    )
    gate: Gate = Field(
        Gate(),
        description="What a challenger must keep to become champion on a stage; only checked on files.",
        examples=[{"floor_auc": 0.6}],
    )
    registered_model: KeyName | None = Field(
        None,
        description="What the models are registered as in MLflow, where that is not `name`; no other contract may "
        "have the same.",
        examples=["churn-model"],
    )
    experiment: KeyName | None = Field(
        None,
        description="The MLflow experiment of the trainings, where that is not `name`; no other contract may have the "
        "same.",
        examples=["churn-trainings"],
    )
    legacy_set: Switch = Field(
        False,
        description="Whether a promotion on a stage also replaces the files `ml-models/*.pkl` and `ml-features/*`, "
        "which older readers know; one model of a stage may. Drift checks are then logged to the experiment "
        "`data-drift-monitoring`, instead of `NAME/drift`.",
        examples=[True],
    )
    drift: Switch = Field(
        True,
        description="Whether trainings make a reference; `false` is `--disable-drift`, and a stage never checks.",
        examples=[False],
    )
    tracking: Switch = Field(
        True,
        description="Whether trainings and checks log to MLflow; `false` is `--disable-mlflow`, and on a stage no "
        "challenger can become champion, because none is registered.",
        examples=[False],
    )
    alerts: list[Email] = Field(
        [],
        max_length=20,
        description="E-mail addresses that get the alerts about this model, besides those that get all of the stage's.",
        examples=[["churn-team@example.com"]],
        json_schema_extra={"uniqueItems": True},
    )
    owner: Annotated[Text, Field(max_length=100)] | None = Field(
        None, description="Who answers for the model: a person or a team.", examples=["The customer team"]
    )


PARTS: dict[str, type[Keys]] = {
    "target": Target,
    "comparable": Comparable,
    "watch": Watch,
    "predict": Predict,
    "performance": Performance,
    "retrain": Retrain,
    "gate": Gate,
}
"""The keys that hold keys of their own."""

RENAMED = {"retraining": "retrain: {on_drift: false}"}
"""Keys that contracts had, and what is written in their place today."""
