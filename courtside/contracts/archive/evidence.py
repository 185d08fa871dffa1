"""Evidence: what promise tests count, day by day."""

from courtside.contracts import lake_keys
from courtside.contracts.archive.table import ArchiveTable, Type, always, maybe

TABLE = ArchiveTable(
    name="evidence",
    prefix=lake_keys.EVIDENCE_PREFIX,
    about=(
        "what a promise test counts: a row for each day, champion, opponent and loss; of several rows about a day "
        "those of the newest statement count"
    ),
    day="on which the window begins",
    columns=(
        always("window_start", Type.DAY, "The first day of the window in which the day lies."),
        always("window_end", Type.DAY, "The day after that window's last."),
        always("day", Type.DAY, "The day that is counted."),
        always("version", Type.TEXT, "The champion."),
        always("opponent", Type.TEXT, "What it is compared with, such as its promise or a shadow."),
        maybe("opponent_version", Type.TEXT, "The opponent's version, where it has one."),
        always("loss", Type.TEXT, "The loss that is compared."),
        always("rows", Type.COUNT, "The day's rows that have a label."),
        always("total", Type.NUMBER, "The sum, over those rows, of the champion's loss less that of the opponent."),
        always("scale", Type.NUMBER, "The loss that the margin is a share of."),
        always("error", Type.NUMBER, "The standard error of what the opponent says; 0 on the same rows."),
        maybe("weighed", Type.NUMBER, "Of a recalibration: the part of the total that counts as evidence."),
        maybe("pairs", Type.NUMBER, "Of a recalibration: how many pairs of rows `ordered` weighs."),
        maybe("ordered", Type.NUMBER, "Of a recalibration: how far the day's AUC is above 0.5, times `pairs`."),
        maybe("state", Type.TEXT, "Of a recalibration: what had been learnt at the end of the day."),
        always("stated_on", Type.DAY, "The day as of which it was stated."),
        always("recorded_at", Type.MOMENT, "When it was stated."),
        always("statement", Type.SMALL, "Counts the statements about a window, from 1."),
        always("files", Type.COUNT, "From how many files of predictions and labels it was made."),
    ),
    merges=True,
)
