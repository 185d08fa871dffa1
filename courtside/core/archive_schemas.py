"""The columns of the archives that are logs, as their tables' definitions say."""

from courtside.contracts.archive import table_named
from courtside.core.archive.schema import schema_of

PREDICTIONS = schema_of(table_named("predictions"))
LABELS = schema_of(table_named("labels"))
PERFORMANCE = schema_of(table_named("performance"))
EVIDENCE = schema_of(table_named("evidence"))
PROMISE_TESTS = schema_of(table_named("promise_tests"))
ESTIMATES = schema_of(table_named("estimates"))
