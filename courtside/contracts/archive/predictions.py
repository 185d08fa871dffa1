"""Predictions: what was predicted of which row, when, and by which version."""

from courtside.contracts import lake_keys
from courtside.contracts.archive.table import ArchiveTable, Type, always, maybe

TABLE = ArchiveTable(
    name="predictions",
    prefix=lake_keys.PREDICTIONS_PREFIX,
    about="a prediction: of which row, made when and as of which day, by which version in which role",
    day="as of which the prediction was made",
    columns=(
        always("id", Type.TEXT, "The row's id, made from the id columns of the contract."),
        maybe("time", Type.MOMENT, "The row's own time, null where rows have none."),
        always("as_of", Type.DAY, "The day as of which the prediction was made."),
        always("made_at", Type.MOMENT, "When the prediction was made."),
        always("version", Type.TEXT, "The version that made it."),
        always("sha256", Type.TEXT, "The SHA-256 of that version's model file."),
        always("role", Type.TEXT, "The version's role then: champion, challenger, previous or shadow."),
        always(
            "prediction",
            Type.NUMBER,
            "The probability of class 1, or that of the likeliest of several classes, or the predicted value.",
        ),
        always("features_hash", Type.TEXT, "A hash of the row's features."),
        always("revision", Type.SMALL, "Counts the predictions of a row by a version as of a day, from 1."),
        maybe("segments", Type.TEXT_OF, "The row's segments, by the column that names them."),
        maybe("contributions", Type.NUMBER_OF, "What each feature contributed, where the contract asks for it."),
        maybe("in_hindsight", Type.YES_NO, "Whether nobody can have believed it on that day; null in old files."),
        maybe("local_day", Type.DAY, "The day of `time` in the zone that the row's file names; null in old files."),
        maybe("predicted", Type.TEXT, "The likeliest of several classes, written as its label is."),
        maybe("probabilities", Type.NUMBER_OF, "The probability of each of several classes."),
        maybe("low", Type.NUMBER, "The lower end of a predicted value's interval."),
        maybe("high", Type.NUMBER, "The upper end of a predicted value's interval."),
    ),
)
