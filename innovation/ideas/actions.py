"""The verbs of an idea. Whoever proposed it is told what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.audit.actions import Actor
from innovation.ideas import permissions
from innovation.ideas.models import Idea
from innovation.ideas.states import IDEA
from innovation.needs.models import Need
from innovation.notices import actions as notices
from innovation.people.models import Unit, User
from innovation.rules.refusal import Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow


@atomic
def propose(
    *,
    by: User,
    at: datetime,
    unit: Unit,
    title: str,
    proposal: str,
    difference: str = "",
    needs: Iterable[Need],
) -> Idea:
    """Propose an answer to one need or several; whoever recorded them is told."""
    permissions.check_can_propose(by, unit.pk)
    answered = list(needs)
    if not answered:
        raise Refused(_("Say which need the idea answers."))
    permissions.check_needs_take_ideas(by, answered)
    idea = Idea.objects.create(
        title=visible(title),
        proposal=proposal,
        difference=difference,
        unit=unit,
        proposed_by=by,
        proposed_at=at,
    )
    idea.needs.set(answered)
    notices.notify(
        [need.submitted_by for need in answered if need.submitted_by.is_active],
        kind="needs",
        title=_("An idea for a need of yours: “%(title)s”") % {"title": idea.title},
        text=idea.proposal,
        about=idea,
        url=idea.get_absolute_url(),
        at=at,
        but=by,
    )
    audit.record("idea.proposed", idea, by=by, at=at, also=answered)
    return idea


@atomic
def edit(idea: Idea, *, by: User, at: datetime, needs: Iterable[Need], **words: object) -> Idea:
    """Change what an idea says or which needs it answers, while it is only proposed."""
    workflow.lock(idea)
    permissions.check_can_edit(by, idea)
    told = ("title", "proposal", "difference")
    given = {name: words[name] for name in told if name in words}
    changed: list[str] = [name for name, value in given.items() if getattr(idea, name) != value]
    for name in changed:
        setattr(idea, name, given[name])
    if changed:
        idea.save(update_fields=changed)
    answered = list(needs)
    if not answered:
        raise Refused(_("Say which need the idea answers."))
    before = set(idea.needs.values_list("pk", flat=True))
    permissions.check_needs_take_ideas(by, (need for need in answered if need.pk not in before))
    if before != {need.pk for need in answered}:
        idea.needs.set(answered)
        changed.append("needs")
    if changed:
        what = [str(Idea._meta.get_field(name).verbose_name) for name in changed]  # type: ignore[union-attr]
        audit.record("idea.edited", idea, by=by, at=at, also=answered, what=what)
    return idea


@atomic
def set_aside(idea: Idea, *, by: User, at: datetime, reason: str) -> Idea:
    _move(idea, "set_aside", by=by, at=at, reason=reason)
    _tell(idea, _("“%(title)s” was set aside"), by=by, at=at, text=reason)
    return idea


@atomic
def take_back(idea: Idea, *, by: User, at: datetime, reason: str = "") -> Idea:
    _move(idea, "take_back", by=by, at=at, reason=reason)
    _tell(idea, _("“%(title)s” is back among the proposed ideas"), by=by, at=at, text=reason)
    return idea


@atomic
def start_pilot(idea: Idea, *, by: User, at: datetime, pilot_title: str = "") -> Idea:
    """Called when a pilot is opened on this idea."""
    workflow.move(
        IDEA,
        idea,
        "start_pilot",
        by=by,
        at=at,
        allow=partial(permissions.check_can_start_pilot, by, idea),
    )
    text = _("The pilot is “%(pilot)s”.") % {"pilot": pilot_title} if pilot_title else ""
    _tell(idea, _("A pilot tries “%(title)s”"), by=by, at=at, text=text)
    return idea


@atomic
def prove(idea: Idea, *, by: Actor, at: datetime, reason: str, locked: bool = False) -> Idea:
    """Its pilot was scaled: called by the gate that decided, which checked who may and may
    hold the row's lock already (`locked`)."""
    workflow.move(IDEA, idea, "prove", by=by, at=at, reason=reason, locked=locked)
    _tell(idea, _("“%(title)s” was tried and proven"), by=by, at=at, text=reason)
    return idea


@atomic
def disprove(idea: Idea, *, by: Actor, at: datetime, reason: str, locked: bool = False) -> Idea:
    """Its pilot was stopped: called by the gate that decided, which checked who may and may
    hold the row's lock already (`locked`)."""
    workflow.move(IDEA, idea, "disprove", by=by, at=at, reason=reason, locked=locked)
    _tell(idea, _("“%(title)s” was tried; it is not proven"), by=by, at=at, text=reason)
    return idea


def _move(idea: Idea, verb: str, *, by: User, at: datetime, reason: str) -> None:
    allow = partial(permissions.check_can_sort, by, idea)
    workflow.move(IDEA, idea, verb, by=by, at=at, reason=reason, allow=allow)


def _tell(idea: Idea, title: str, *, by: Actor, at: datetime, text: str = "") -> None:
    if not idea.proposed_by.is_active:
        return
    notices.notify(
        [idea.proposed_by],
        kind="needs",
        title=title % {"title": idea.title},
        text=text,
        about=idea,
        url=idea.get_absolute_url(),
        at=at,
        but=by if isinstance(by, User) else None,
    )
