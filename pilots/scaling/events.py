"""What the log says of scale plans (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "pilot.scale_plan_written": _("{actor} wrote in the scale plan of {subject}: {fields}."),
    "pilot.scale_plan_amended": _(
        "{actor} amended the scale plan of {subject}, now version {version:number}: {fields}."
    ),
    "pilot.owner_asked": _("{actor} asked {person} to own what {subject} tries."),
    "pilot.owner_agreed": _("{actor} owns what {subject} tries, once it is scaled."),
    "pilot.owner_declined": _("{actor} does not own what {subject} tries."),
}
