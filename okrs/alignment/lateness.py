"""Claims that were said when the charter was fixed already. A claim that is made while its numbers
come in is none that they confirm."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.rules import dates
from okrs.alignment.models import Contribution
from pilots.lifecycle.states import PilotStatus

NOT_YET_LIVE = (PilotStatus.PROPOSED, PilotStatus.APPROVED, PilotStatus.PREPARING)


def in_words(contribution: Contribution) -> str:
    """When and by whom it was said, where that was late; of one `with_state_then`."""
    state: str = contribution.state_then  # type: ignore[attr-defined]
    if state == PilotStatus.SHAPING:
        return ""
    facts = {"day": dates.day_in_words(dates.day_of(contribution.at)), "who": contribution.by}
    if state in NOT_YET_LIVE:
        return _("Said late: on %(day)s by %(who)s, after the charter was fixed") % facts
    return _("Said late: on %(day)s by %(who)s, after the pilot had started") % facts
