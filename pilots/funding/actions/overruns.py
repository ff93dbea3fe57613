"""An expense beyond what its line has left: the sponsor is asked, and answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import dates, reasons
from innovation.rules.money import money
from innovation.rules.refusal import Conflict, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.funding.actions.entering import SaidUnderKey, enter, too_much_spent
from pilots.funding.actions.spending import left_to_spend
from pilots.funding.models import Award, BudgetLine, EntryKind, Overrun
from pilots.funding.permissions import check_can_answer_overrun, check_can_ask_overrun


@atomic
def ask_overrun(
    award: Award,
    *,
    line: BudgetLine,
    amount: Decimal,
    on: date,
    note: str = "",
    reason: str,
    key: str,
    by: User,
    at: datetime,
) -> Overrun:
    """Ask the pilot's sponsor for an expense beyond what its line has left. Nothing is booked until
    they say yes; the same person's `key` again asks once."""
    fund, pilot = award.fund, award.pilot
    workflow.lock(fund)
    workflow.lock(award)
    check_can_ask_overrun(by, pilot)
    asked = Overrun.objects.filter(asked_by=by, award=award, key=key).first()
    if asked is not None:
        before = SaidUnderKey(
            "", asked.amount, asked.on, asked.note, line=asked.line_id, why=asked.reason
        )
        again = SaidUnderKey("", amount, on, visible(note), line=line.pk, why=visible(reason))
        if before != again:
            raise Conflict(
                _(
                    "You asked the sponsor already, with another %(what)s. Send it anew, with a new key."
                )
                % {"what": again.beside(before)}
            )
        return asked
    reason = reasons.required(reason)
    left = left_to_spend(line, award, amount, on, at=at)
    if left >= amount:
        raise Refused(
            _("The line has %(left)s left: record it without a reason, it needs nobody's yes.")
            % {"left": money(left)}
        )
    overrun = Overrun.objects.create(
        award=award,
        line=line,
        amount=amount,
        on=on,
        note=visible(note),
        reason=reason,
        key=key,
        asked_by=by,
        asked_at=at,
    )
    audit.record(
        "pilot.overrun_asked",
        pilot,
        by=by,
        at=at,
        also=(fund,),
        overrun=overrun.pk,
        line=line.description,
        amount=amount,
        left=left,
        reason=reason,
    )
    assert pilot.sponsor is not None  # check_can_ask_overrun
    _tell(
        [pilot.sponsor],
        _("“%(pilot)s” asks for %(amount)s more than a budget line has left"),
        text=reason,
        overrun=overrun,
        by=by,
        at=at,
    )
    return overrun


@atomic
def answer_overrun(
    overrun: Overrun, *, approve: bool, answer: str = "", by: User, at: datetime
) -> Overrun:
    """The sponsor's yes books the expense; their no says why. Either is final."""
    award = overrun.award
    fund, line = award.fund, overrun.line
    workflow.lock(fund)
    workflow.lock(award)
    workflow.lock(overrun)
    check_can_answer_overrun(by, overrun)
    if overrun.answered_at is not None:
        raise Conflict(
            _("%(who)s answered this on %(when)s.")
            % {
                "who": overrun.answered_by,
                "when": dates.moment_in_words(overrun.answered_at),
            }
        )
    answer = visible(answer) if approve else reasons.required(answer)
    if approve and overrun.amount > award.balance:
        raise Refused(too_much_spent(award, overrun.amount))
    overrun.approved, overrun.answer = approve, answer
    overrun.answered_by, overrun.answered_at = by, at
    overrun.save(update_fields=["approved", "answer", "answered_by", "answered_at"])
    facts: dict[str, Any] = {
        "overrun": overrun.pk,
        "line": line.description,
        "amount": overrun.amount,
        **({"answer": answer} if answer else {}),
    }
    if approve:
        enter(
            EntryKind.SPEND,
            fund=fund,
            award=award,
            line=line,
            amount=overrun.amount,
            on=overrun.on,
            note=overrun.note,
            key=f"overrun {overrun.pk}",
            overrun=overrun,
            by=by,
            at=at,
        )
        audit.record("pilot.overrun_approved", award.pilot, by=by, at=at, also=(fund,), **facts)
        title = _("The sponsor of “%(pilot)s” said yes to %(amount)s; it is recorded")
    else:
        audit.record("pilot.overrun_refused", award.pilot, by=by, at=at, also=(fund,), **facts)
        title = _("The sponsor of “%(pilot)s” said no to %(amount)s; it was not recorded")
    _tell([overrun.asked_by, award.pilot.lead], title, text=answer, overrun=overrun, by=by, at=at)
    return overrun


def _tell(
    people: Iterable[User], title: str, *, text: str, overrun: Overrun, by: User, at: datetime
) -> None:
    pilot = overrun.award.pilot
    notices.notify(
        [person for person in people if person.is_active],
        kind="pilots",
        title=title % {"pilot": pilot.title, "amount": money(overrun.amount)},
        text=text,
        about=pilot,
        url=overrun.get_absolute_url(),
        at=at,
        but=by,
    )
