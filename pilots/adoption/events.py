"""What the log says of planned change (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "champion.asked": _(
        "{actor} asked {person} to help {group} with {pilot} for {hours} hours a week."
    ),
    "champion.agreed": _("{actor} helps {group} with {pilot}."),
    "champion.declined": _("{actor} does not help {group} with {pilot}."),
    "champion.not_asked_any_more": _(
        "{actor} asks {person} no longer to help {group} with {pilot}."
    ),
    "champion.stepped_down": _(
        "{actor} said that {person} does not help {group} with {pilot} any more."
    ),
    "group.named": _("{actor} named {subject} as a group whose work {pilot} changes."),
    "group.changed": _("{actor} changed what is known of {subject}, whose work {pilot} changes."),
    "group.removed": _("{actor} took {subject} out of the groups whose work {pilot} changes."),
}
