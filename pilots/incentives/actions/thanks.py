"""The verbs of thanks: said, taken back within a week, and kept from others by whoever was thanked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.needs.models import Need
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules.refusal import Conflict, Malformed, NotAllowed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.incentives import queries
from pilots.incentives.models import Thanks, ThanksTo
from pilots.incentives.permissions import check_can_take_back_thanks
from pilots.lifecycle.models import Pilot

# Nobody means more of them on one day.
MOST_A_DAY = 30


@atomic
def thank(
    thing: Pilot | Need,
    *,
    text: str,
    people: Iterable[User] = (),
    authors: Iterable[Need] = (),
    public: bool,
    by: User,
    at: datetime,
) -> Thanks:
    """Thank people for their part in a pilot or a need; `authors` are the needs whose author is thanked, who
    asked not to be named."""
    workflow.lock(thing)
    text = visible(text)
    if not text:
        raise Malformed(_("Say what for."))
    people, authors = list(dict.fromkeys(people)), list(dict.fromkeys(authors))
    _check_theirs(thing, people, authors, by=by)
    lately = Thanks.objects.filter(by=by, at__gt=at - timedelta(days=1))
    if lately.count() >= MOST_A_DAY:
        raise Refused(_("You have thanked very many people today. Go on tomorrow."))
    made = Thanks.objects.create(
        pilot=thing if isinstance(thing, Pilot) else None,
        need=thing if isinstance(thing, Need) else None,
        by=by,
        at=at,
        text=text,
        public=public,
    )
    ThanksTo.objects.bulk_create(
        [
            *(ThanksTo(thanks=made, person=one) for one in people),
            *(ThanksTo(thanks=made, author_of=one) for one in authors),
        ]
    )
    # Who was thanked only to themselves is told by no log that others read.
    named = [*people, thing] if public else []
    audit.record(
        "thanks.given",
        made,
        by=by,
        at=at,
        also=named,
        unit_id=thing.unit_id,
        what=audit.named(thing),
    )
    _tell(made, [*people, *(one.submitted_by for one in authors)])
    return made


@atomic
def take_back(thanks: Thanks, *, by: User, at: datetime) -> Thanks:
    """Take them back within a week: the words go, and with them the notice that was left."""
    workflow.lock(thanks)
    if thanks.taken_back_at is not None:
        raise Conflict(_("They were taken back already."))
    check_can_take_back_thanks(by, thanks, at=at)
    thanks.text, thanks.taken_back_at = "", at
    thanks.save(update_fields=["text", "taken_back_at"])
    audit.record("thanks.taken_back", thanks, by=by, at=at, unit_id=thanks.about.unit_id)
    return thanks


@atomic
def keep_to_oneself(to: ThanksTo, *, hidden: bool, by: User, at: datetime) -> ThanksTo:
    """Whoever was thanked would rather not be read there, or would again."""
    workflow.lock(to)
    theirs = to.person_id == by.pk or (
        to.author_of is not None and to.author_of.submitted_by_id == by.pk
    )
    if not theirs or by.acting_for is not None:
        raise NotAllowed(_("This is for whoever was thanked."))
    to.hidden_at = at if hidden else None
    to.save(update_fields=["hidden_at"])
    return to


def _check_theirs(
    thing: Pilot | Need, people: list[User], authors: list[Need], *, by: User
) -> None:
    if not people and not authors:
        raise Malformed(_("Choose whom you thank."))
    if by in people or any(one.submitted_by_id == by.pk for one in authors):
        raise Refused(_("Nobody thanks themselves."))
    may = queries.may_be_thanked(thing, reader=by)
    if not set(people) <= set(may.people) or not set(authors) <= set(may.authors):
        raise Malformed(_("Choose people who had a part in it."))


def _tell(thanks: Thanks, people: Iterable[User]) -> None:
    """One notice each, which says where the words are: words that are taken back stand nowhere else."""
    about = thanks.about
    notices.notify(
        people,
        kind="thanks",
        title=_("%(who)s thanks you") % {"who": thanks.by.name},
        text=_("For your part in “%(what)s”. The words wait for you.") % {"what": about},
        about=about,
        url=reverse("pilots:my-contributions") + "#thanks",
        at=thanks.at,
    )
