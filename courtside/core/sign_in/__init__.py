"""Signing in to a stage's pages: an attempt, the identity that comes of it, and the cookies that CloudFront asks for.

OpenID Connect's authorization code flow with PKCE; nothing here knows AWS, a clock or chance.
"""

from courtside.core.sign_in.attempt import Attempt
from courtside.core.sign_in.cookies import cleared, page_cookies, set_cookie
from courtside.core.sign_in.errors import SignInRefused
from courtside.core.sign_in.identity import Expected, subject_of

__all__ = ["Attempt", "Expected", "SignInRefused", "cleared", "page_cookies", "set_cookie", "subject_of"]
