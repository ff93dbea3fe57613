"""What the calendar ends: who is told before."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.notices import actions as notices
from innovation.people.models import ApiToken, RoleGrant
from innovation.rules import dates
from innovation.rules.transactions import atomic

TOLD_BEFORE = timedelta(days=7)


@atomic
def tell_of_ends(*, at: datetime) -> int:
    """Tell whoever holds a role that ends within a week, once for each end; how many were told."""
    today = dates.day_of(at)
    ending = (
        RoleGrant.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(
            ended_at=None,
            end_told_at=None,
            ends_on__gte=today,
            ends_on__lte=today + TOLD_BEFORE,
            person__is_active=True,
        )
        .select_related("person", "unit")
        .order_by("pk")[:500]
    )
    told = list(ending)
    for given in told:
        assert given.ends_on is not None
        facts = {
            "role": given.role_name,
            "unit": given.unit,
            "day": dates.day_in_words(given.ends_on),
        }
        notices.notify(
            [given.person],
            kind="access",
            title=_("Your role %(role)s in %(unit)s ends on %(day)s") % facts,
            text=_("Ask an administrator of the unit if you need it for longer."),
            about=given.person,
            url=reverse("innovation:profile"),
            at=at,
        )
    RoleGrant.objects.filter(pk__in=[given.pk for given in told]).update(end_told_at=at)
    return len(told)


@atomic
def tell_of_tokens(*, at: datetime) -> int:
    """Tell whoever has an API token that ends within a week, or answers for the machine that has it,
    once; how many were told."""
    ending = (
        ApiToken.objects.open(at)
        .filter(expiry__lte=at + TOLD_BEFORE, end_told_at=None)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("user__service__owner")
        .order_by("expiry")[:500]
    )
    told = list(ending)
    for token in told:
        notices.notify(
            [token.user.service.owner if token.user.is_service else token.user],
            kind="access",
            title=(
                _("A token of %(who)s, “%(name)s”, ends on %(day)s")
                if token.user.is_service
                else _("Your API token “%(name)s” ends on %(day)s")
            )
            % {
                "who": token.user.name,
                "name": token.name,
                "day": dates.day_in_words(dates.day_of(token.expiry)),
            },
            text=_("Whatever uses it is refused from then on. Make another in time."),
            about=token.user,
            url=(
                token.user.service.get_absolute_url()
                if token.user.is_service
                else reverse("innovation:profile")
            ),
            at=at,
        )
    ApiToken.objects.filter(pk__in=[token.pk for token in told]).update(end_told_at=at)
    return len(told)
