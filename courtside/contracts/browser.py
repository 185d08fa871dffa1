"""What a browser asks of a function behind an address of its own, and what it gets, as Lambda passes both on.

Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html (version 2.0 of the payload)
"""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class BrowserRequest(BaseModel):
    """A request; what else Lambda says of it is not read, and no error quotes it, as it may hold a code."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True)

    path: str = Field(alias="rawPath")
    query: dict[str, str] = Field(alias="queryStringParameters", default={})
    cookies: tuple[str, ...] = ()
    headers: dict[str, str] = Field(default={}, repr=False)

    def cookie(self, name: str) -> str:
        """Return the value of a cookie, or an empty text."""
        values = [each.split("=", 1)[1] for each in self.cookies if each.startswith(f"{name}=")]
        return values[0] if len(values) == 1 else ""


class BrowserAnswer(BaseModel):
    """A page, or the address to go on to; `cookies` are whole `Set-Cookie` headers."""

    model_config = ConfigDict(frozen=True)

    status: HTTPStatus = HTTPStatus.OK
    page: str = ""
    location: str | None = None
    cookies: tuple[str, ...] = ()

    def as_lambda(self) -> dict[str, Any]:
        """Return the answer in the form that Lambda passes on; no cache may keep it."""
        headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
        if self.location is not None:
            headers["Location"] = self.location
        return {"statusCode": int(self.status), "headers": headers, "cookies": list(self.cookies), "body": self.page}
