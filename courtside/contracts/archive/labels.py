"""Labels: what became known of which row, when, and from whom."""

from courtside.contracts import lake_keys
from courtside.contracts.archive.table import ArchiveTable, Type, always, maybe

TABLE = ArchiveTable(
    name="labels",
    prefix=lake_keys.LABELS_PREFIX,
    about="what became known about a row, and when; of several about a row the newest counts",
    day="on which the label was known",
    columns=(
        always("id", Type.TEXT, "The row's id, made from the id columns of the contract."),
        maybe("label", Type.TEXT, "The label as text; null takes back what was known."),
        always("known_on", Type.DAY, "The day on which it was known."),
        always("recorded_at", Type.MOMENT, "When it was recorded."),
        always("source", Type.TEXT, "Where it comes from: the table, or a load of labels."),
        always("revision", Type.SMALL, "Counts the labels of a row, from 1."),
    ),
)
