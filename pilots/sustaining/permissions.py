"""Who says what they see of what was scaled. Who decides on it is the gates' to say."""

from __future__ import annotations

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules.checks import derive
from innovation.rules.refusal import NotAllowed, Refused
from pilots.lifecycle.queries import owner_after_scaling
from pilots.sustaining.models import SustainedReview


def check_can_answer_review(user: User, sustained: SustainedReview) -> None:
    """Its owner, or who acts for them, until it is decided."""
    owner = owner_after_scaling(sustained.review.pilot)
    if owner.pk not in user.interests:
        raise NotAllowed(_("%(who)s owns it, and says what they see.") % {"who": owner.name})
    if sustained.review.decided_at is not None:
        raise Refused(_("It is decided; what you saw stays with the decision."))


can_answer_review = derive(check_can_answer_review)
