"""The environment a deployed function runs in: commands use exactly the stage's settings."""

from courtside.adapters import aws_clients


def function_environment(name: str) -> dict[str, str]:
    """Return a function's variables; they hold names and addresses, never secrets."""
    return aws_clients.client("lambda").get_function_configuration(FunctionName=name)["Environment"]["Variables"]
