"""What the log says of ideas (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "idea.proposed": _("{actor} proposed {subject}."),
    "idea.edited": _("{actor} changed the words of {subject}: {what}."),
    "idea.set_aside": _("{actor} set {subject} aside."),
    "idea.taken_back": _("{actor} took {subject} back up."),
    "idea.in_pilot": _("{actor} started a pilot of {subject}."),
    "idea.proven": _("{subject} was proven, {actor} decided."),
    "idea.not_proven": _("{subject} was tried and not proven, {actor} decided."),
}
