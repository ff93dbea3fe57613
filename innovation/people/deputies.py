"""Acting for somebody: chosen by the deputy, for one session, and over with the last day."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from innovation.people.models import Deputyship

# In the session: the key of the deputyship by which its person acts.
ACTING = "acting_by"


class DeputyMiddleware:
    """Lets a person who chose so act for another. What they may do then are the other's roles, and
    each event says for whom; asked anew in each request, so it ends the moment it is over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.get(ACTING)
        user = request.user
        if key is not None and not isinstance(user, AnonymousUser):
            found = Deputyship.objects.current().filter(pk=key, deputy=user.pk)
            deputyship = found.select_related("person").first()
            if deputyship is None:
                del request.session[ACTING]
                messages.info(
                    request, _("You act for yourself again: the time as a deputy is over.")
                )
            else:
                user.act_for(deputyship.person)
        return self.get_response(request)
