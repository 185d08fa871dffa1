"""Tables as pandas frames, where pandas is installed."""

from typing import TYPE_CHECKING

import pyarrow as pa

from courtside.api.drift_result import PandasMissing

if TYPE_CHECKING:
    import pandas as pd


def pandas_frame(table: pa.Table) -> "pd.DataFrame":
    """Return a table as a pandas frame; raises `PandasMissing`."""
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        raise PandasMissing from error
    return pd.DataFrame(table.to_pydict())
