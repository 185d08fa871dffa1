"""Each deployed process may make these calls to MLflow; each call is one route of the tracking API.

A role is granted its own calls, each by method and exact path, and nothing else of the API: other spellings of a
path (`/ajax-api`, another version, percent-encoding), GraphQL and whatever MLflow adds later are not among them.
Only promotion moves an alias. `tests/integration/tracking/test_routes.py` compares the lists with what the
processes send.
"""

_MLFLOW = "/api/2.0/mlflow/"
_ALIAS = "registered-models/alias"


def _calls(*calls: str) -> tuple[str, ...]:
    """Return `METHOD path` for calls whose paths are given relative to MLflow's own."""
    return tuple(call.replace(" ", f" {_MLFLOW}", 1) for call in calls)


_CLIENT = ("GET /api/3.0/mlflow/server-info",)
"""MLflow's own client makes this call before any other."""

TRAINING = _CLIENT + _calls(
    "GET experiments/get",
    "GET experiments/get-by-name",
    "POST experiments/create",
    "GET runs/get",
    "POST runs/create",
    "POST runs/delete",
    "POST runs/log-batch",
    "POST runs/outputs",
    "POST runs/search",
    "POST runs/update",
    "POST logged-models",
    "GET logged-models/{model_id}",
    "PATCH logged-models/{model_id}",
    "POST logged-models/{model_id}/params",
    "POST registered-models/create",
    "GET registered-models/get",
    f"GET {_ALIAS}",
    "POST model-versions/create",
    "GET model-versions/get",
    "GET model-versions/get-download-uri",
    "GET model-versions/search",
    "PATCH model-versions/update",
)
DRIFT_CHECK = _calls(
    "GET experiments/get-by-name",
    "POST experiments/create",
    "POST runs/create",
    "POST runs/log-batch",
    "POST runs/search",
    "POST runs/update",
)
SEAL = _CLIENT + _calls(
    "GET registered-models/get",
    f"GET {_ALIAS}",
    f"POST {_ALIAS}",
    "GET model-versions/get",
    "GET model-versions/get-download-uri",
    "GET logged-models/{model_id}",
    "POST model-versions/set-tag",
)
PROMOTION = _CLIENT + _calls(
    "GET registered-models/get",
    f"GET {_ALIAS}",
    f"POST {_ALIAS}",
    f"DELETE {_ALIAS}",
    "GET model-versions/get",
    "POST model-versions/set-tag",
)
NOBODYS = (
    *(f"ANY /{api}/{version}/mlflow/{_ALIAS}" for api in ("api", "ajax-api") for version in ("2.0", "3.0")),
    "ANY /graphql",
)
"""These calls also change an alias. As routes of their own, a person's policy can exclude them; no role has them."""

ALL = tuple(dict.fromkeys((*TRAINING, *DRIFT_CHECK, *SEAL, *PROMOTION, *NOBODYS)))
