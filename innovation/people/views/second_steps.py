"""Pages on which recovery codes are made. Their text stands in the answer to this one request: not
in the session, not in the database, and at no address."""

from __future__ import annotations

from urllib.parse import quote

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from innovation.people import recovery_codes
from innovation.people.models import User
from innovation.people.request import PersonRequest
from innovation.web.entrance import signed_in
from innovation.web.form_step import form_page


@signed_in
@never_cache
@reauthentication_required
def recovery_codes_new(request: PersonRequest) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = GenerateRecoveryCodesForm(sent, user=request.user)
    if form.is_valid():
        made = recovery_codes.make(request.user, anew=True)
        assert made is not None
        kept, codes = made
        _say(signals.authenticator_reset, request, kept)
        get_adapter().send_notification_mail("mfa/email/recovery_codes_generated", request.user)
        return _show(request, codes)
    kept = Authenticator.objects.filter(
        user=request.user, type=Authenticator.Type.RECOVERY_CODES
    ).first()
    context = {"form": form, "unused_code_count": recovery_codes.left(kept) if kept else 0}
    return form_page(request, "mfa/recovery_codes/generate.html", context, form=form)


@signed_in
def recovery_codes_page(request: PersonRequest) -> HttpResponse:
    """Where codes could be read again; now it says how many are left."""
    return redirect("mfa_index")


class NewAppView(ActivateTOTPView):
    """The library's; with the first second step come recovery codes."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        return _first_codes(self.request) or answer


class NewPasskeyView(AddWebAuthnView):
    """The library's; with the first second step come recovery codes."""

    def form_valid(self, form: forms.Form) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        return _first_codes(self.request) or answer


new_app = NewAppView.as_view()
new_passkey = NewPasskeyView.as_view()


def _first_codes(request: HttpRequest) -> HttpResponse | None:
    assert isinstance(request.user, User)
    made = recovery_codes.make(request.user, anew=False)
    if made is None:
        return None
    kept, codes = made
    _say(signals.authenticator_added, request, kept)
    return _show(request, codes)


def _say(signal: object, request: HttpRequest, kept: Authenticator) -> None:
    signal.send(sender=Authenticator, request=request, user=request.user, authenticator=kept)  # type: ignore[attr-defined]


def _show(request: HttpRequest, codes: list[str]) -> HttpResponse:
    title = _("Recovery codes for %(place)s") % {"place": settings.ORGANISATION}
    text = "\r\n".join([title, settings.SITE_URL, "", *codes, ""])
    context = {"codes": codes, "file": f"data:text/plain;charset=utf-8,{quote(text)}"}
    answer = render(request, "mfa/recovery_codes/made.html", context)
    add_never_cache_headers(answer)
    return answer
