"""Where an identity provider creates, changes and closes people and groups: SCIM 2.0."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from innovation.provisioning import actions as provisioning
from innovation.provisioning.models import DirectoryClient
from innovation.rules.languages import OF_THE_SOURCES


def with_scim_token(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Says that the view lets in by the tokens of this room, and by no session."""
    view.entrance = "SCIM token"  # type: ignore[attr-defined]
    return view


@with_scim_token
@csrf_exempt  # no cookie lets anybody in
@never_cache
def scim(request: HttpRequest, path: str = "") -> HttpResponse:
    """One request of an identity provider, answered in English: the protocol has no other words."""
    from scim2_server.requests import ScimRequest

    from innovation.provisioning import endpoint  # a second to load, for whoever is asked

    asked = ScimRequest(
        method="GET" if request.method == "HEAD" else str(request.method),
        base_url=f"{settings.SITE_URL}{reverse('innovation:scim-root').rstrip('/')}",
        path=f"/{path.removesuffix('/')}",
        query=request.GET.dict(),
        headers=dict(request.headers),
    )
    client = _client(request)
    if client is not None:
        asked.body = request.body
    with override(OF_THE_SOURCES):
        answer = endpoint.answer(asked, client, at=timezone.now())
    body = b"" if answer.body is None else json.dumps(answer.body).encode()
    return HttpResponse(body, status=int(answer.status), headers=answer.headers)


def _client(request: HttpRequest) -> DirectoryClient | None:
    scheme, _space, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        return None
    return provisioning.client_of(text.strip(), at=timezone.now())
