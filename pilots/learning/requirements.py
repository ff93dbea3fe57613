"""What the gate asks of cards that resemble the pilot: that its team read them before it proposes."""

from __future__ import annotations

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pilots.learning import queries
from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus


def cards_read(pilot: Pilot) -> RequirementState | None:
    """Not asked where no card resembles it. Once it was proposed, what was read then stays said."""
    if pilot.status != PilotStatus.SHAPING:
        read = {one.card_id for one in pilot.cards_read.all()}
        return _read(len(read)) if read else None
    found = queries.to_read(pilot)
    if not found:
        return None
    unread = [f"“{one.card.title}”" for one in found if one.read is None]
    if unread:
        return RequirementState(
            False,
            _("Others tried something like it. Read what they learned: %(cards)s.")
            % {"cards": get_text_list(unread, _("and"))},
            reverse("pilots:charter", args=[pilot.pk]) + "#learned",
        )
    return _read(len(found))


def _read(count: int) -> RequirementState:
    return RequirementState(
        True,
        ngettext(
            "The team read what %(n)s pilot before it learned.",
            "The team read what %(n)s pilots before it learned.",
            count,
        )
        % {"n": count},
    )


register(
    Gate.RESOURCES,
    Requirement(
        "learned",
        gettext_lazy("What others learned"),
        cards_read,
        order=15,
        prefetch=("cards_read", "needs"),
    ),
)
