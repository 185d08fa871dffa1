"""Tables in files are streamed in constant memory and pruned by date, and bad files are set aside."""

from courtside.core.drift.reading.days import ALL_DAYS, Days
from courtside.core.drift.reading.errors import (
    FileDiffers,
    NothingReadable,
    ProfileHasNoDays,
    TableMissing,
    TypesDiffer,
    require_utf8,
    unreadable,
)
from courtside.core.drift.reading.formats.errors import UnreadableFile
from courtside.core.drift.reading.meanings import labels_of
from courtside.core.drift.reading.profiles import TableProfile, fit_table, summarize_table
from courtside.core.drift.reading.table import FeatureTable, Sample, open_table
from courtside.core.drift.reading.types import ColumnsUnfit, joined, misfit, require_types, together

__all__ = [
    "ALL_DAYS",
    "ColumnsUnfit",
    "Days",
    "FeatureTable",
    "FileDiffers",
    "NothingReadable",
    "ProfileHasNoDays",
    "Sample",
    "TableMissing",
    "TableProfile",
    "TypesDiffer",
    "UnreadableFile",
    "fit_table",
    "joined",
    "labels_of",
    "misfit",
    "open_table",
    "require_types",
    "require_utf8",
    "summarize_table",
    "together",
    "unreadable",
]
