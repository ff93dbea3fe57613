"""What whoever decides had before them, and the signature that some decisions take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from innovation.people.models import User
from innovation.rules import constraints
from innovation.rules.refusal import Conflict, Refused
from pilots.gates import queries
from pilots.gates.comparisons import hash_of_known
from pilots.gates.models import Decision, GateReview, GateSignature

# From showing that it is them to the decision: the time that a page takes.
_LONGEST = timedelta(minutes=5)


class SignatureAsked(Refused):
    """All else holds, and whoever decides has to show anew that it is them."""


@dataclass(frozen=True)
class Signature:
    """By what somebody showed anew that it is them, and when."""

    signed_with: str
    at: datetime


def check_seen(known: Mapping[str, object], seen: str) -> None:
    """`seen` is the hash of what the page showed; nothing is asked where no page was read."""
    if seen and seen != hash_of_known(known):
        raise Conflict(
            _(
                "Something that is known here changed since you opened the page. Nothing was decided. "
                "Look at it as it is now, and decide again."
            )
        )


def sign(
    review: GateReview,
    decision: Decision,
    known: Mapping[str, object],
    signature: Signature | None,
    *,
    seen: str,
    by: User,
    on_behalf_of: User | None,
    at: datetime,
) -> None:
    """Keep who signed what they saw, where the decision takes it; refuse where it is missing."""
    if not queries.asks_for_signature(review, decision):
        return
    if signature is None or at - signature.at > _LONGEST:
        raise SignatureAsked(
            _(
                "This is signed: whoever decides gives their password or second step again. "
                "Decide on its page, %(page)s; a program cannot sign."
            )
            % {"page": review.get_absolute_url()}
        )
    if not seen:
        raise Conflict(_("Open the page anew, look at what is known, and decide there."))
    twice = {"gate_signature_once_a_person": _("You have signed here already.")}
    with constraints.explained(twice):
        GateSignature.objects.create(
            review=review,
            person=by,
            signed_for=by.acting_for or on_behalf_of,
            decision=decision,
            signed_at=signature.at,
            signed_with=signature.signed_with,
            seen=hash_of_known(known),
        )
