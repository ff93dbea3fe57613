"""A round of questions is opened, and closed by hand or by its day."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.constraints import explained
from innovation.rules.deadlines import check_near
from innovation.rules.refusal import Conflict, Malformed, Refused
from innovation.rules.small_cells import MINIMUM, is_shown
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle.models import Pilot
from pilots.metrics import actions as metrics
from pilots.surveys import queries
from pilots.surveys.actions.instruments import keep_instrument_of
from pilots.surveys.models import AskedPerson, Instrument, SurveyRound, SurveySlip
from pilots.surveys.permissions import check_can_ask

CLOCK = audit.System("Closing of questions")
# So that two readings of the same people are never of the same days.
AGAIN = timedelta(days=14)
LONGEST = timedelta(days=92)


@atomic
def open_round(
    pilot: Pilot,
    *,
    instrument_key: str,
    label: str,
    by: User,
    at: datetime,
    closes_on: date,
    asked: int = 0,
    people: Collection[User] = (),
    wave: date | None = None,
) -> SurveyRound:
    """Ask a group: so many people by a link, or these by name."""
    workflow.lock(pilot)
    check_can_ask(by, pilot)
    label = visible(label)
    if not label:
        raise Malformed(_("Say whom you ask."))
    closes_at = dates.begins(dates.days_after(closes_on))
    if closes_at <= at:
        raise Malformed(_("Give a day that is not over yet."))
    check_near(closes_on, at=at)
    if closes_at > at + LONGEST:
        raise Malformed(_("Ask for three months at the most; then ask again."))
    named = {one.pk: one for one in people}
    asked = len(named) or asked
    if not is_shown(asked):
        raise Malformed(
            _("Ask at least %(n)s people: of fewer, nothing is ever shown.") % {"n": MINIMUM}
        )
    instrument = keep_instrument_of(instrument_key, at=at)
    _check_not_lately(pilot, instrument, named, at=at)
    with explained():
        made = SurveyRound.objects.create(
            pilot=pilot,
            instrument=instrument,
            label=label,
            wave=wave or dates.day_of(at),
            asked=asked,
            by_name=bool(named),
            key=secrets.token_urlsafe(16),
            opened_at=at,
            opened_by=by,
            closes_at=closes_at,
            again_from=max(closes_at, at + AGAIN),
        )
    # By their number, so that the order in which they were picked says nothing either.
    AskedPerson.objects.bulk_create(AskedPerson(round=made, person_id=pk) for pk in sorted(named))
    audit.record(
        "survey.opened",
        made,
        by=by,
        at=at,
        also=[pilot],
        unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
        instrument=instrument.name,
        until=closes_on,
    )
    return made


def _check_not_lately(
    pilot: Pilot, instrument: Instrument, named: Mapping[int, User], *, at: datetime
) -> None:
    """Somebody who is in two groups of one wave would be told by the difference of the readings."""
    lately = list(queries.asked_lately(pilot, instrument, at=at).filter(person__in=named))
    if lately:
        again = max(one.round.again_from for one in lately)
        raise Conflict(
            _(
                "%(n)s of them were asked the same lately. Two readings with some of the same people "
                "could tell who answered what; ask them again from %(day)s."
            )
            % {"n": len(lately), "day": dates.day_in_words(dates.day_of(again))}
        )


@atomic
def close_round(survey: SurveyRound, *, by: User, at: datetime) -> SurveyRound:
    """By hand, when its time is over; before that only of people asked by name, from the minimum of answers up.
    By a link one person may send four answers that they know and wait for the fifth, so nobody chooses its end."""
    workflow.lock(survey.pilot)
    workflow.lock(survey)
    check_can_ask(by, survey.pilot)
    if survey.closed_at is not None:
        raise Conflict(
            _("It was closed on %(when)s.") % {"when": dates.moment_in_words(survey.closed_at)}
        )
    if at < survey.closes_at and not survey.by_name:
        raise Refused(
            _(
                "What is answered by a link stays open until %(day)s, so that nobody chooses when it ends."
            )
            % {"day": dates.day_in_words(dates.day_of(survey.closes_at))}
        )
    if at < survey.closes_at and not is_shown(queries.answered(survey)):
        raise Refused(
            _("Fewer than %(n)s have answered, so nothing could be shown. It stays open.")
            % {"n": MINIMUM}
        )
    return _close(survey, by=by, at=at)


def close_due(*, at: datetime) -> list[SurveyRound]:
    """Close what is over, and forget whom it asked once they may be asked again."""
    due = SurveyRound.objects.filter(closed_at=None, closes_at__lte=at).order_by("pk")
    closed = [one for found in due.for_list() if (one := _close_if_due(found, at=at))]
    AskedPerson.objects.filter(round__closed_at__isnull=False, round__again_from__lte=at).delete()
    return closed


@atomic
def _close_if_due(survey: SurveyRound, *, at: datetime) -> SurveyRound | None:
    workflow.lock(survey.pilot)
    workflow.lock(survey)
    return _close(survey, by=CLOCK, at=at) if survey.closed_at is None else None


def _close(survey: SurveyRound, *, by: User | audit.System, at: datetime) -> SurveyRound:
    """Who has answered is forgotten with it."""
    SurveySlip.objects.filter(round=survey).delete()
    AskedPerson.objects.filter(round=survey).update(answered=False)
    survey.closed_at = at
    survey.closed_by = by if isinstance(by, User) else None
    survey.save(update_fields=["closed_at", "closed_by"])
    for metric in queries.followed_by(survey.pilot, survey.instrument):
        metrics.request_pull(metric, at=at)
    audit.record(
        "survey.closed",
        survey,
        by=by,
        at=at,
        also=[survey.pilot],
        unit_id=survey.pilot.unit_id,
        pilot=audit.named(survey.pilot),
        instrument=survey.instrument.name,
    )
    return survey
