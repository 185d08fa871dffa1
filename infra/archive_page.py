"""`python -m infra.archive_page`: write the tables of the archive, with their columns, into the page about it."""

from courtside.contracts.archive import TABLES, ArchiveTable
from infra.pages import ROOT, replaced

PAGE = ROOT / "docs" / "archive.md"
MODULE = "infra.archive_page"


def tables() -> str:
    """Return each table with its columns as Markdown."""
    return "\n\n".join(_section(table) for table in TABLES.values())


def _section(table: ArchiveTable) -> str:
    besides = ["It is made from records that lie elsewhere."] if table.derived else []
    besides += ["Columns of the model's own table follow, which the catalog does not list."] if table.open_ended else []
    besides += ["Many small files of a past day are merged."] if table.merges else []
    besides += ["Old rows expire where `archive_days` says so."] if table.expires else []
    said = f"A row is {table.about}. `dt` is the day {table.day}. {' '.join(besides)}".rstrip()
    place = f"It lies in `{table.prefix}model=<model>/dt=<day>/`."
    lines = [f"| `{each.name}` | `{each.type}` | {each.meaning} |" for each in table.columns]
    return "\n".join([f"### {table.name}", "", said, place, "", "| column | type | |", "|---|---|---|", *lines])


def main() -> None:
    """Write the page."""
    PAGE.write_text(replaced(PAGE.read_text(), MODULE, tables()))


if __name__ == "__main__":
    main()
