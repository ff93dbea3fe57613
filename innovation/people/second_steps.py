"""What is given at the second step: a code of an app, a recovery code, a passkey.

allauth's forms, with what this product holds to beside them: wrong codes are counted in the
database, a code of the app works once for all processes, and what a browser sends of a passkey is
read as strictly as everything else that comes from outside.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from allauth.core import context
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innovation.people import guesses, recovery_codes
from innovation.people.models import User
from innovation.rules import dates
from innovation.web.client_address import client_address
from innovation.web.free_text import VisibleText

MOST_PASSKEYS = 20
# A browser sends about two thousand characters; a certificate chain may be added to them.
_LONGEST = 20_000


class _Counted(BaseAuthenticateForm):
    """A code that is looked at, unless too many wrong ones came before it."""

    def clean_code(self) -> str:
        at = timezone.now()
        counted = guesses.count(
            account=str(self.user.pk),
            address=client_address(context.request),
            at=at,
            secret=guesses.CODE,
        )
        if isinstance(counted, guesses.Wait):
            raise ValidationError(
                ngettext(
                    "Too many wrong codes. Wait %(seconds)s second, then try again.",
                    "Too many wrong codes. Wait %(seconds)s seconds, then try again.",
                    counted.seconds,
                )
                % {"seconds": counted.seconds},
                code="too_many_login_attempts",
            )
        code: str = self.cleaned_data["code"]
        self.authenticator = self._step_of(code)
        _spend(self.authenticator, at=at)
        guesses.was_right(counted, at=timezone.now())
        return code

    def _step_of(self, code: str) -> Authenticator:
        """Which step the code belongs to. The library would ask its own recovery codes, too."""
        assert isinstance(self.user, User)
        steps = Authenticator.objects.filter(user=self.user)
        app = steps.filter(type=Authenticator.Type.TOTP).first()
        if app is not None and app.wrap().validate_code(code):
            return app
        kept = recovery_codes.spend(self.user, code)
        if kept is not None:
            return kept
        if step := app or steps.first():
            self._emit_authentication_failed(step)
        raise get_adapter().validation_error("incorrect_code")


def _spend(step: Authenticator, *, at: datetime) -> None:
    """A code of an app is right for half a minute; the library remembers in one process that it
    was used (65.21.1)."""
    if step.type != Authenticator.Type.TOTP:
        return  # a recovery code is crossed out already
    period = app_settings.TOTP_PERIOD
    began = at - timedelta(seconds=at.timestamp() % period)
    unspent = Authenticator.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=began))
    if not unspent.filter(pk=step.pk).update(last_used_at=at):
        raise ValidationError(_("This code was used already. Wait for the next one."))


class CodeForm(_Counted, AuthenticateForm):
    """The code that is asked for after the password."""


class CodeAgainForm(_Counted, ReauthenticateForm):
    """A code instead of the password, before something that is one's own alone."""


class _AnswerField(forms.JSONField):
    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > _LONGEST:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        try:
            return super().to_python(value)
        except RecursionError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        return None  # an answer is good once; the page asks for another


class _Sent(forms.Form):
    """What a passkey answered, as the browser sends it.

    The library reads it with readers of JSON and CBOR that refuse in a dozen ways, some of which
    it does not expect (65.21.1 with fido2 2.2.1); all mean that this is no passkey's answer.
    """

    credential = _AnswerField(
        widget=forms.HiddenInput,
        error_messages={
            "required": gettext_lazy("Press the button: your device answers with the passkey."),
            "invalid": gettext_lazy("This is not what a passkey answers. Try again."),
        },
    )


_REFUSED = (
    ValidationError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    NotImplementedError,
)


def _not_accepted() -> ValidationError:
    return ValidationError(
        _("This passkey was not accepted. Try again, or take another way to sign in.")
    )


def _answer(sent: object, names: tuple[str, ...]) -> dict[str, Any]:
    """Of what was sent only what is needed, each of its type; the rest is kept nowhere."""
    if not isinstance(sent, Mapping):
        raise _not_accepted()
    response, found = sent.get("response"), sent.get("clientExtensionResults")
    if not isinstance(response, Mapping):
        raise _not_accepted()
    texts = {name: response.get(name) for name in names if response.get(name) is not None}
    top = {name: sent.get(name) for name in ("id", "rawId", "type")}
    if not all(_is_plain(text) for text in (*texts.values(), *top.values())):
        raise _not_accepted()
    properties = found.get("credProps") if isinstance(found, Mapping) else None
    alone = properties.get("rk") if isinstance(properties, Mapping) else None
    extensions = {"credProps": {"rk": alone}} if isinstance(alone, bool) else {}
    return {**top, "response": texts, "clientExtensionResults": extensions}


def _is_plain(text: object) -> bool:
    return isinstance(text, str) and text.isascii() and text.isprintable()


class NewPasskeyForm(VisibleText, _Sent, AddWebAuthnForm):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("So that you know it again, such as “phone” or “blue key”."),
    )
    passwordless = forms.BooleanField(
        label=gettext_lazy("Sign me in by itself, without the password"),
        required=False,
        initial=True,
        help_text=gettext_lazy(
            "Your finger, face or PIN counts as the second step. Without the tick it comes after "
            "the password."
        ),
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        today = dates.day_of(timezone.now())
        return name.strip() or _("Passkey of %(day)s") % {"day": dates.day_in_words(today)}

    def clean_credential(self) -> dict[str, Any]:
        return _answer(self.cleaned_data["credential"], ("clientDataJSON", "attestationObject"))

    def clean(self) -> dict[str, Any] | None:
        kept = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.WEBAUTHN)
        if kept.count() >= MOST_PASSKEYS:
            raise ValidationError(
                _("You have %(most)s passkeys. Remove one that you no longer use first.")
                % {"most": MOST_PASSKEYS}
            )
        if self.errors:
            return self.cleaned_data
        try:
            checked = super().clean()
        except _REFUSED:
            raise _not_accepted() from None
        return checked


class PasskeyNameForm(VisibleText, EditWebAuthnForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)


_ASSERTION = ("clientDataJSON", "authenticatorData", "signature", "userHandle")


class PasskeyForm(_Sent, AuthenticateWebAuthnForm):
    """A passkey after the password."""

    def clean_credential(self) -> Authenticator:
        self.cleaned_data["credential"] = _answer(self.cleaned_data["credential"], _ASSERTION)
        try:
            found: Authenticator = super().clean_credential()
        except _REFUSED:
            raise _not_accepted() from None
        return found


class PasskeyAgainForm(PasskeyForm, ReauthenticateWebAuthnForm):
    """A passkey instead of the password, before something that is one's own alone."""


class PasskeyAloneForm(PasskeyForm, LoginWebAuthnForm):
    """A passkey instead of password and second step."""
