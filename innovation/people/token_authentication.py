"""Who a token of the API speaks for. In place of the library's, which looks at the end after the
row was read, deletes what ended while answering, and knows no day of last use (knox 5)."""

from __future__ import annotations

import binascii
from hmac import compare_digest

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework.exceptions import AuthenticationFailed

from innovation.people.models import ApiToken, User
from innovation.rules import dates
from innovation.rules.languages import language_of


class TokenAuthentication(KnoxTokenAuthentication):
    """`Authorization: Token …`: the token and its person, while the token has not ended and the
    account is open."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        now, text = timezone.now(), token.decode()
        try:
            digest = hash_token(text)
        except (TypeError, ValueError, binascii.Error):
            raise AuthenticationFailed(_("This is no token.")) from None
        begins_so = ApiToken.objects.filter(token_key=text[: CONSTANTS.TOKEN_KEY_LENGTH])
        for found in begins_so.open(now).select_related("user"):
            if compare_digest(digest, found.digest):
                found.note_use(dates.day_of(now))
                # The middleware, which knows sessions alone, took the language that the program asked
                # for. An account of a service chose none: the installation's.
                translation.activate(language_of(found.user.language))
                return found.user, found
        for ended in begins_so.ended(now):
            if compare_digest(digest, ended.digest):
                raise AuthenticationFailed(_("This token has ended. Make another on your profile."))
        raise AuthenticationFailed(_("There is no such token, or it was revoked."))


class TokenScheme(KnoxTokenScheme):
    """How the OpenAPI schema describes it; found by being there."""

    target_class = "innovation.people.token_authentication.TokenAuthentication"
