"""The keys of a contract that say how its model is watched, predicts and is judged, and when it is trained again."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from courtside.core.decision_policy import MOST_PERSISTENCE, DecisionPolicy
from courtside.datasets.key_types import A_LENGTH, Count, History, Keys, Length, Limit, SeasonPart, Shadow, Switch, Text

USUAL = DecisionPolicy()


class Watch(Keys):
    """How a stage watches the model, and how windows are judged."""

    every: Annotated[str, BeforeValidator(Length("1h", "366d")), A_LENGTH] = Field(
        "1d",
        description="The time between two checks on a stage: hours (`h`), days (`d`) or weeks (`w`).",
        examples=["7d"],
    )
    window: Annotated[str, BeforeValidator(Length("1d", "366d")), A_LENGTH] = Field(
        "30d", description="How many of the newest days a check looks at.", examples=["90d"]
    )
    season: list[SeasonPart] = Field(
        [],
        max_length=12,
        description="The parts of the year in which rows are expected, both ends included. Outside them missing rows "
        "are no news; without this key an off-season is known from the year before.",
        examples=[["10-15 to 06-20"]],
    )
    overdue: Annotated[str, BeforeValidator(Length("2d", "366d")), A_LENGTH] | None = Field(
        None,
        description="How late rows may be before people are told and rounds end in `stale_data`; without this key two "
        "rounds, and at least `14d`.",
        examples=["21d"],
    )
    policy: Literal["calibrated", "classic"] = Field(
        "calibrated",
        description="The policy of drift checks, unless `--policy` or the stage's `drift_policy` names another.",
        examples=["classic"],
    )
    thresholds: dict[Text, Limit] = Field(
        {},
        description="A feature's own threshold of a statistic, by `feature.statistic`; `--threshold` comes on top.",
        examples=[{"age.ks": 0.2}],
    )


class Retrain(Keys):
    """When a training starts by itself on a stage."""

    on_drift: Switch = Field(
        True,
        description="Whether drift starts a retraining; with `false` people are told and start it.",
        examples=[False],
    )
    every: Annotated[str, BeforeValidator(Length("1d", "3650d")), A_LENGTH] | None = Field(
        None,
        description="The age of the champion's data at which the model is trained again, if there are newer rows.",
        examples=["90d"],
    )
    cooldown: Annotated[str, BeforeValidator(Length("0d", "366d")), A_LENGTH] = Field(
        "1d",
        description="How much newer than the last training's the data of a training that starts by itself must be.",
        examples=["7d"],
    )
    on_performance: Switch = Field(
        USUAL.on_performance,
        description="Whether a training starts when labels prove the champion worse than was promised; with `false` "
        "people are told and start it.",
        examples=[False],
    )
    recalibrate: Switch = Field(
        USUAL.recalibrate,
        description="Whether a champion is recalibrated by itself when its probabilities broke and its ranking held.",
        examples=[False],
    )
    roll_back: Literal["by_itself", "ask", "never"] = Field(
        "by_itself",
        description="What follows when the champion is proven worse than the version before it on the same rows: it "
        "goes back `by_itself`, people are asked (`ask`), or `never`.",
        examples=["ask"],
    )
    share: Annotated[float, Field(gt=0, le=1, strict=True)] = Field(
        USUAL.share, description="The share of the features that must drift to start a training.", examples=[0.3]
    )
    importance: Annotated[float, Field(ge=0, le=1, strict=True)] = Field(
        USUAL.importance,
        description="The share of the model's importance that the drifted features must carry to start a training or "
        "an alert, where it is known.",
        examples=[0.05],
    )
    persistence: Annotated[int, Field(ge=1, le=MOST_PERSISTENCE, strict=True)] = Field(
        USUAL.persistence,
        description="How many checks in a row must see a drift before anything follows; until then it is watched.",
        examples=[2],
    )
    fewest_rows: Count = Field(
        USUAL.fewest_rows, description="The fewest rows of a window whose drift starts a training.", examples=[500]
    )
    most_a_month: Annotated[int, Field(ge=0, le=1_000, strict=True)] = Field(
        USUAL.most_a_month,
        description="How many trainings drift and performance may start in 30 days together; those by schedule are not "
        "counted.",
        examples=[1],
    )
    off_season: Switch = Field(
        USUAL.off_season,
        description="Whether drift starts a training outside `watch.season`; with `false` it is watched.",
        examples=[False],
    )
    history: History = Field(
        USUAL.history,
        description="The part of the past that a training learns from: `all`, the newest years, or `auto`, which time "
        "folds choose.",
        examples=["10y"],
    )
    refit: Switch = Field(
        USUAL.refit,
        description="Whether the best candidate is fitted once more on all rows after it was judged, where the "
        "contract names `time_column` and `id_columns`; the version that is registered is that fit.",
        examples=[False],
    )


class Predict(Keys):
    """Which rows a stage predicts, and what it keeps with each prediction."""

    ahead: Annotated[str, BeforeValidator(Length("0d", "366d")), A_LENGTH] = Field(
        "7d",
        description="How far ahead of a round's day the time of a row may lie that is predicted.",
        examples=["2d"],
    )
    shadows: list[Shadow] = Field(
        [],
        max_length=5,
        description="The versions that predict the same rows and are not shown: `challenger`, `previous`, or the "
        "number of one.",
        examples=[["challenger", "previous"]],
        json_schema_extra={"uniqueItems": True},
    )
    explain: Annotated[int, Field(ge=0, le=50, strict=True)] = Field(
        0,
        description="How many contributions of features are kept with each prediction, the largest first.",
        examples=[3],
    )


class Performance(Keys):
    """How the model is judged by labels that come later."""

    window: Annotated[str, BeforeValidator(Length("1d", "366d")), A_LENGTH] = Field(
        "7d", description="The days that are judged together; weeks begin on Mondays.", examples=["1d"]
    )
    mature: Annotated[float, Field(gt=0, le=1, strict=True)] = Field(
        0.95, description="The share of a window's labels that must be in before it is judged.", examples=[0.9]
    )
    margin: Annotated[float, Field(gt=0, le=1, strict=True)] = Field(
        0.01,
        description="The share of the loss by which a champion may be worse than what it is compared with without "
        "that mattering: one that is certainly within it counts as equivalent.",
        examples=[0.02],
    )
    estimate: Literal["none", "cbpe", "pape", "dle"] = Field(
        "cbpe",
        description="How performance is estimated before the labels are in: `cbpe` from the predictions, `pape` also "
        "from the features, or `none`. A regression knows `dle` alone, from predictions and features, and has none "
        "without it.",
        examples=["pape"],
    )
