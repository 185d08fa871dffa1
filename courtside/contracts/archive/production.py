"""Production: which version was champion from when to when, and why."""

from courtside.contracts import lake_keys
from courtside.contracts.archive.table import ArchiveTable, Type, always, maybe

TABLE = ArchiveTable(
    name="production",
    prefix=lake_keys.PRODUCTION_ROWS_PREFIX,
    about="a version's time as champion",
    day="on which it became champion",
    columns=(
        always("version", Type.TEXT, "The version."),
        maybe("training_id", Type.TEXT, "The id of its training."),
        always("champion_from", Type.MOMENT, "When it became champion."),
        maybe("champion_until", Type.MOMENT, "When another one took its place; null while it is champion."),
        always("rule", Type.TEXT, "The rule by which it became champion."),
        always("reason", Type.TEXT, "The reason as a sentence."),
        always("decided_by", Type.TEXT, "Who made it champion: a person, or the stage."),
        maybe("sha256", Type.TEXT, "The seal of its files; null if that was before versions were sealed."),
        maybe("recalibrates", Type.TEXT, "The version that it is after a recalibration."),
    ),
    derived=True,
)
