"""Why a sign-in is refused."""

from courtside.contracts.errors import CourtsideError


class SignInRefused(CourtsideError):
    """An answer does not belong to a sign-in that this browser began here; no value of it is in the text."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the sign-in was refused: {reason}; begin it again from the page that you want to see")
