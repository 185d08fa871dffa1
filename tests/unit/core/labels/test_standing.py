import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.archive_schemas import LABELS
from courtside.core.labels.standing import Standing

LABEL = st.sampled_from(["0", "1", None])
FILE = st.dictionaries(st.sampled_from("abcx"), st.tuples(LABEL, st.booleans()), max_size=4)


@given(st.lists(FILE, max_size=6), st.tuples(LABEL, LABEL, LABEL))
def test_the_newest_label_that_counts_stands(
    files: list[dict[str, tuple[str | None, bool]]], asked: tuple[str | None, ...]
) -> None:
    standing, labels = Standing(pa.chunked_array([["a", "b"], ["c"]])), dict.fromkeys("abcx")
    revisions = dict.fromkeys("abcx", 0)
    for file in files:
        for row, (label, counts) in file.items():
            revisions[row] += 1
            labels[row] = label if counts else labels[row]
        rows = [{"id": row, "label": label, "revision": revisions[row]} for row, (label, _) in file.items()]
        table = pa.Table.from_pylist(rows, pa.schema([LABELS.field(name) for name in ("id", "label", "revision")]))
        standing.read(table, np.array([counts for _, counts in file.values()], bool))
    assert standing.labels.tolist() == [labels[row] for row in "abc"]
    assert standing.revisions.tolist() == [revisions[row] for row in "abc"]
    news = standing.news(pa.array(asked, pa.string()))
    assert news.tolist() == [at for at, row in enumerate("abc") if labels[row] != asked[at]]
    assert standing.changed(news) == sum(labels["abc"[at]] is not None for at in news)
