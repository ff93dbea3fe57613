"""What the log says of itself (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "log.verification_asked": _(
        "{actor} had the log verified, from event {first:number} to {last:number}."
    ),
    "log.read": _("{actor} read the log."),
    "log.exported": _(
        "{actor} exported {count:number} events of the log, from {first:number} to {last:number} "
        "({format})."
    ),
}
