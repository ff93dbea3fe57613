"""Completing a card, writing it anew, and saying that one was read."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules.refusal import Malformed, NotAllowed
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.learning import queries
from pilots.learning.models import WORDS, CardRead, LearningCard, LearningVersion
from pilots.learning.permissions import check_can_complete, check_can_read_for
from pilots.lifecycle.models import Pilot
from pilots.staffing.queries import team_people


@atomic
def publish(card: LearningCard, *, ask: User, by: User, at: datetime, **words: str) -> LearningCard:
    """Say all of it (`WORDS`), and whom to ask: from now on everybody of the health system reads it. Again later:
    the words of before stay as a version."""
    if set(words) != set(WORDS):
        raise TypeError(f"a card says {', '.join(WORDS)}")
    workflow.lock(card.pilot)
    workflow.lock(card)
    check_can_complete(by, card)
    said = {name: visible(text) for name, text in words.items()}
    if not all(said.values()):
        raise Malformed(_("Say all of it: the next team reads nothing else of this pilot."))
    if not queries.people_to_ask(card.pilot).filter(pk=ask.pk).exists():
        raise Malformed(
            _("%(who)s was not on its team, nor its sponsor, nor in the innovation office.")
            % {"who": ask.name}
        )
    for name, text in said.items():
        setattr(card, name, text)
    card.ask, card.version = ask, card.version + 1
    card.published_at, card.published_by = at, by
    card.save(update_fields=[*WORDS, "ask", "version", "published_at", "published_by"])
    LearningVersion.objects.create(card=card, version=card.version, ask=ask, by=by, at=at, **said)
    pilot = card.pilot
    if card.version == 1:
        people = {one.pk: one for one in (*team_people(pilot), pilot.sponsor, ask) if one}
        notices.notify(
            people.values(),
            kind="pilots",
            title=_("What was learned from “%s” is written down") % pilot.title,
            text=_("%(who)s wrote it. The next team with such a need is shown it.")
            % {"who": by.name},
            about=pilot,
            url=card.get_absolute_url(),
            at=at,
            but=by,
        )
        audit.record(
            "learning.published",
            card,
            by=by,
            at=at,
            also=[pilot],
            unit_id=pilot.unit_id,
            pilot=audit.named(pilot),
        )
    else:
        audit.record(
            "learning.revised",
            card,
            by=by,
            at=at,
            also=[pilot],
            unit_id=pilot.unit_id,
            pilot=audit.named(pilot),
            version=card.version,
        )
    return card


@atomic
def mark_read(card: LearningCard, *, pilot: Pilot, by: User, at: datetime) -> CardRead:
    """Somebody of the team read a published card for the pilot that they shape. Once a person; pressing again
    changes nothing."""
    workflow.lock(pilot)
    check_can_read_for(by, pilot)
    if not LearningCard.objects.visible_to(by).published().filter(pk=card.pk).exists():
        raise NotAllowed(_("This card is not open to you."))
    read, made = CardRead.objects.get_or_create(
        card=card, pilot=pilot, person=by, defaults={"at": at}
    )
    if made:
        audit.record(
            "learning.read",
            card,
            by=by,
            at=at,
            also=[pilot],
            unit_id=pilot.unit_id,
            learned=audit.named(card),
            pilot=audit.named(pilot),
        )
    return read
