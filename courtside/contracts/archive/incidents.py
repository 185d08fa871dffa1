"""Incidents: matters that people were told of, as they ended or as they stand."""

from courtside.contracts import lake_keys
from courtside.contracts.archive.table import STAGE_ITSELF, ArchiveTable, Type, always, maybe

TABLE = ArchiveTable(
    name="incidents",
    prefix=lake_keys.INCIDENT_ROWS_PREFIX,
    about=f"an incident as it stands; those of the stage itself have the model `{STAGE_ITSELF}`",
    day="on which it was opened",
    columns=(
        always("id", Type.TEXT, "The id of the incident."),
        always("kind", Type.TEXT, "Its kind."),
        always("severity", Type.TEXT, "How soon people should look: info, warning or critical."),
        always("state", Type.TEXT, "Its state: open, acknowledged, snoozed, accepted or resolved."),
        always("headline", Type.TEXT, "What it is about, in one line."),
        maybe("subjects", Type.TEXTS, "The names of what it is about, such as features."),
        always("opened_at", Type.MOMENT, "When it was opened."),
        always("updated_at", Type.MOMENT, "When it last changed."),
        maybe("resolved_at", Type.MOMENT, "When it was resolved; null while it is open."),
        always("findings", Type.COUNT, "How many findings it counts."),
        always("told", Type.COUNT, "How many alerts were sent."),
        maybe("escalated_at", Type.MOMENT, "When people were told that nobody had answered."),
        maybe("answered_by", Type.TEXT, "The person who acknowledged, snoozed or accepted it."),
        maybe("snoozed_until", Type.MOMENT, "Until when it is snoozed."),
        maybe("note", Type.TEXT, "What that person noted."),
        always("report", Type.TEXT, "The key of the newest report; empty if there is none."),
    ),
    derived=True,
)
