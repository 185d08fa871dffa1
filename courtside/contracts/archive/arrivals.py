"""Arrivals: which rows came when, from which file, and how often."""

from courtside.contracts import lake_keys
from courtside.contracts.archive.table import ArchiveTable, Type, always, maybe

TABLE = ArchiveTable(
    name="arrivals",
    prefix=lake_keys.ARRIVED_PREFIX,
    about="a row that a load brought, because it was new or had changed; the columns of the model's table follow",
    day="on which the load came",
    columns=(
        always("arrived_at", Type.MOMENT, "When the load came."),
        maybe("arrived_first", Type.MOMENT, "When the row came for the first time; null where nobody knows."),
        always("arrived_revision", Type.SMALL, "How often the row had come by then, from 1."),
        always("arrived_file", Type.TEXT, "The file that it came from."),
        maybe("arrived_etag", Type.TEXT, "The ETag of that file, if it arrived by itself."),
        always("arrived_load", Type.TEXT, "The id of the load."),
    ),
    open_ended=True,
)
