"""What a service that is not well answers, by the words in which the list of faults tells it."""

from functools import partial

from embedded_aws.faults.rules import Effect, Rule

_PAGE = "<!DOCTYPE html><html><body><h1>Sign in</h1><script>alert(1)</script></body></html>"
_HTML = {"content-type": "text/html"}
_JSON = {"content-type": "application/json"}
_XML = {"content-type": "application/xml"}

BAD_ANSWERS = {
    "503 because nothing stands behind it": partial(
        Rule, Effect.ANSWER, status=503, headers=_JSON, content='{"message": "Service Unavailable"}'
    ),
    "500 with a page": partial(Rule, Effect.ANSWER, status=500, headers=_HTML, content=_PAGE),
    "200 with a sign-in page": partial(Rule, Effect.ANSWER, status=200, headers=_HTML, content=_PAGE),
    "200 with JSON of something else": partial(Rule, Effect.ANSWER, status=200, headers=_JSON, content='["ok"]'),
    "429": partial(Rule, Effect.ANSWER, status=429, headers={**_JSON, "retry-after": "1"}, content="{}"),
    "half of its answer": partial(Rule, Effect.CUT),
}
"""Answers of the tracking server, by how the list of faults tells of them."""

SLOW_DOWN = partial(
    Rule,
    Effect.ANSWER,
    service="^s3$",
    status=503,
    headers=_XML,
    content="<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>",
)
GONE = partial(
    Rule,
    Effect.ANSWER,
    service="^s3$",
    status=404,
    headers=_XML,
    content="<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>",
)
DENIED = partial(
    Rule,
    Effect.ANSWER,
    service="^s3$",
    status=403,
    headers=_XML,
    content="<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
)


def error(service: str, code: str, *, status: int = 400) -> "partial[Rule]":
    """Return the rule by which a service that speaks JSON refuses with a code."""
    content = f'{{"__type": "com.amazonaws#{code}", "message": "refused on purpose"}}'
    headers = {"content-type": "application/x-amz-json-1.0", "x-amzn-errortype": code}
    return partial(Rule, Effect.ANSWER, service=f"^{service}$", status=status, headers=headers, content=content)


def xml_error(service: str, code: str, *, status: int) -> "partial[Rule]":
    """Return the rule by which a service that speaks XML refuses with a code."""
    said = f"<Error><Type>Receiver</Type><Code>{code}</Code><Message>refused on purpose</Message></Error>"
    return partial(
        Rule,
        Effect.ANSWER,
        service=f"^{service}$",
        status=status,
        headers={"content-type": "text/xml"},
        content=f"<ErrorResponse>{said}</ErrorResponse>",
    )
