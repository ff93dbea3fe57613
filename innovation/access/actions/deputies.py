"""Deputies: named for some days, told so, ended early or by their last day."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import Deputyship, User
from innovation.rules import constraints, dates
from innovation.rules.refusal import Conflict, NotAllowed, Refused
from innovation.rules.transactions import atomic

BY_DATE = audit.System("calendar")


@atomic
def name_deputy(
    *, by: User, at: datetime, deputy: User, starts_on: date, ends_on: date
) -> Deputyship:
    """Let a colleague act for oneself from one day to another."""
    _check_acts_for_oneself(by)
    if ends_on < dates.day_of(at):
        raise Refused(_("Choose a last day that is not past."))
    if not deputy.is_active or not User.objects.visible_to(by, None).filter(pk=deputy.pk).exists():
        raise Refused(_("Choose somebody who works in a unit that your roles reach."))
    _check_lends_something(by, deputy)
    with constraints.explained():
        deputyship = Deputyship.objects.create(
            person=by, deputy=deputy, starts_on=starts_on, ends_on=ends_on, named_at=at
        )
    audit.record(
        "deputy.named",
        by,
        by=by,
        at=at,
        also=(deputy,),
        deputy=audit.named(deputy),
        start=starts_on,
        end=ends_on,
    )
    _tell(
        deputyship,
        at=at,
        person=_("%(deputy)s may act for you from %(start)s to %(end)s"),
        deputy=_("You may act for %(person)s from %(start)s to %(end)s"),
    )
    return deputyship


def _lent(person: User, deputy: User) -> set[str]:
    return deputy.deputised(list(person.grants.current().values_list("role", flat=True)))


def _check_lends_something(person: User, deputy: User) -> None:
    if not _lent(person, deputy):
        raise Refused(
            _(
                "%(name)s could do nothing for you. A role that two administrators give is lent "
                "only to somebody who holds it, too; an administrator's is lent to nobody."
            )
            % {"name": deputy}
        )


@atomic
def end_deputyship(deputyship: Deputyship, *, by: User, at: datetime) -> None:
    """Take it back, or give it back, before its last day."""
    _check_acts_for_oneself(by)
    deputyship.refresh_from_db(from_queryset=Deputyship.objects.select_for_update(of=("self",)))
    if by.pk not in (deputyship.person_id, deputyship.deputy_id):
        raise NotAllowed(_("This is between the two of them."))
    if not deputyship.is_standing(dates.day_of(at)):
        raise Conflict(_("This has ended already."))
    deputyship.ended_at, deputyship.ended_by, deputyship.end_told_at = at, by, at
    deputyship.save(update_fields=["ended_at", "ended_by", "end_told_at"])
    audit.record(
        "deputy.ended",
        deputyship.person,
        by=by,
        at=at,
        also=(deputyship.deputy,),
        deputy=audit.named(deputyship.deputy),
    )
    _tell_of_end(deputyship, at=at)


@atomic
def begin_acting(deputyship: Deputyship, *, by: User, at: datetime) -> None:
    """Write down that the deputy acts from now on; the session carries it."""
    _check_acts_for_oneself(by)
    if by.pk != deputyship.deputy_id:
        raise NotAllowed(_("Only the deputy acts by this."))
    if not Deputyship.objects.current().filter(pk=deputyship.pk, deputy=by).exists():
        raise Refused(_("You may not act for %(name)s today.") % {"name": deputyship.person})
    if not _lent(deputyship.person, by):
        raise Refused(
            _("%(name)s holds no role that you could use as a deputy.")
            % {"name": deputyship.person}
        )
    audit.record("deputy.began", deputyship.person, by=by, at=at)


@atomic
def tell_of_deputies(*, at: datetime) -> int:
    """Tell both that the last day is over, once; how many ended."""
    over = (
        Deputyship.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(ends_on__lt=dates.day_of(at), ended_at=None, end_told_at=None)
        .select_related("person", "deputy")
        .order_by("pk")[:500]
    )
    ended = list(over)
    for deputyship in ended:
        _tell_of_end(deputyship, at=at)
        audit.record(
            "deputy.ran_out",
            deputyship.person,
            by=BY_DATE,
            at=at,
            also=(deputyship.deputy,),
            deputy=audit.named(deputyship.deputy),
            end=deputyship.ends_on,
        )
    Deputyship.objects.filter(pk__in=[one.pk for one in ended]).update(end_told_at=at)
    return len(ended)


def _tell_of_end(deputyship: Deputyship, *, at: datetime) -> None:
    _tell(
        deputyship,
        at=at,
        person=_("%(deputy)s no longer acts for you"),
        deputy=_("You no longer act for %(person)s"),
    )


def _tell(deputyship: Deputyship, *, at: datetime, person: str, deputy: str) -> None:
    facts = {
        "person": deputyship.person.name,
        "deputy": deputyship.deputy.name,
        "start": dates.day_in_words(deputyship.starts_on),
        "end": dates.day_in_words(deputyship.ends_on),
    }
    for told, title in ((deputyship.person, person), (deputyship.deputy, deputy)):
        notices.notify(
            [told],
            kind="access",
            title=title % facts,
            about=deputyship.person,
            url=reverse("innovation:deputies"),
            at=at,
        )


def _check_acts_for_oneself(user: User) -> None:
    if user.acting_for is not None:
        raise Refused(
            _("You act for %(name)s. Stop that first; this is about your own account.")
            % {"name": user.acting_for}
        )
