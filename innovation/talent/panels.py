"""Calls for help on the page of what they are about, and one's profile on one's own account."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import dates
from innovation.talent import permissions, queries
from innovation.talent.models import TalentProfile
from innovation.talent.room import TalentPermission
from innovation.web.panels import Panel


def calls_about(user: User, thing: Model) -> Panel | None:
    """What help somebody asks for with a need, an idea or a pilot, and the way to ask."""
    if not user.may(TalentPermission.READ):
        return None
    subject, calls = queries.calls_about(user, thing, today=dates.today())
    if subject is None:
        return None
    may_call = bool(permissions.can_call(user, subject))
    if not calls and not may_call:
        return None
    ask = f"{reverse('innovation:call-ask')}?{urlencode({'about': subject.ref})}"
    return Panel(
        _("Help wanted"),
        "innovation/talent/_about.html",
        {"calls": calls, "ask_url": ask if may_call else ""},
    )


def own_profile(user: User, _of: User) -> Panel | None:
    """Whether one can be found, and where that is switched."""
    if not permissions.can_be_found(user):
        return None
    profile = TalentProfile.objects.filter(person=user.pk).first()
    return Panel(_("What you can do"), "innovation/talent/_own.html", {"profile": profile})
