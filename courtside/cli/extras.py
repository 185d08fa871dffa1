"""What an installation without its extras says when a command needs one."""

from courtside.contracts.errors import CourtsideError

_EXTRAS = {
    "aws": ("boto3", "botocore", "mlflow", "requests"),
    "query": ("awswrangler", "duckdb", "sqlglot"),
    "train": ("joblib", "lightgbm", "pandas", "scipy", "sklearn", "skops", "xgboost"),
}
_EXTRA_OF = {module: extra for extra, modules in _EXTRAS.items() for module in modules}


class ExtraMissing(CourtsideError):
    """A command needs a library that a plain `pip install courtside` does not bring."""

    def __init__(self, module: str, extra: str) -> None:
        self.module = module
        self.extra = extra
        super().__init__(
            f"this command needs {module}, which is not installed here; install it with the extra {extra!r}: "
            f"pip install 'courtside[{extra}]'"
        )


def extra_missing(error: ModuleNotFoundError) -> ExtraMissing | None:
    """Return the error to show for a missing module, or None if no extra would bring it."""
    module = (error.name or "").partition(".")[0]
    extra = _EXTRA_OF.get(module)
    return ExtraMissing(module, extra) if extra else None
