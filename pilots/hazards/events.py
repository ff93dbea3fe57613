"""What the log says of hazards (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "hazard.recorded": _("{actor} recorded the hazard {subject} of {pilot}: {risk}."),
    "hazard.edited": _("{actor} changed the hazard {subject}: {fields}."),
    "hazard.control_planned": _(
        "{actor} planned a control of {subject}, by {owner} until {due:day}: “{control}”"
    ),
    "hazard.control_done": _("{actor} said that a control of {subject} is in place: “{control}”"),
    "hazard.judged": _("{actor} judged what is left of {subject}: {risk}."),
    "hazard.reopened": _("{actor} opened the hazard {subject} again."),
    "hazard.linked": _("{actor} said that {incident} shows the hazard {subject}."),
    "pilot.hazard_log_signed": _(
        "{actor} signed version {version:number} of the hazard log of {subject}."
    ),
}
