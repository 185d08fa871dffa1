"""Promise tests: whether a champion still keeps what its holdout promised, look by look."""

from courtside.contracts import lake_keys
from courtside.contracts.archive.table import ArchiveTable, Type, always, maybe

TABLE = ArchiveTable(
    name="promise_tests",
    prefix=lake_keys.PROMISE_TESTS_PREFIX,
    about="what the promise tests said as of a day: a row for each champion, opponent and loss",
    day="as of which the tests looked",
    columns=(
        always("as_of", Type.DAY, "The day as of which the test looked."),
        always("version", Type.TEXT, "The champion."),
        always("opponent", Type.TEXT, "What it is compared with, such as its promise or a shadow."),
        maybe("opponent_version", Type.TEXT, "The opponent's version, where it has one."),
        always("loss", Type.TEXT, "The loss that is compared."),
        always("first_day", Type.DAY, "The first day that counts."),
        always("last_day", Type.DAY, "The last day that counts."),
        always("days", Type.COUNT, "How many days count, all of them or the newest ones."),
        always("rows", Type.COUNT, "How many rows they have."),
        always("difference", Type.NUMBER, "The mean loss of the champion less that of its opponent."),
        maybe("low", Type.NUMBER, "The lower end of its interval, which holds at every look; null if there is none."),
        maybe("high", Type.NUMBER, "The upper end of its interval, which holds at every look; null if there is none."),
        always("margin", Type.NUMBER, "The difference that would not matter."),
        always("outcome", Type.TEXT, "What is known: worse, equivalent (within the margin) or not_known."),
        maybe("since", Type.DAY, "The day after which that was sure first."),
        maybe("calibration", Type.TEXT, "Beside the recalibrated champion: broken, held or not_known."),
        maybe("ranking", Type.TEXT, "Beside the recalibrated champion: broke, held or not_known."),
        always("recorded_at", Type.MOMENT, "When it was stated."),
        always("files", Type.COUNT, "From how many files of predictions and labels it was made."),
    ),
    expires=True,
    merges=True,
)
