"""What the log says of profiles, skills and calls for help (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "person.profile_shown": _("{actor} switched their profile on."),
    "person.profile_changed": _("{actor} changed their profile."),
    "person.profile_hidden": _("{actor} switched their profile off."),
    "skill.added": _("{actor} put {subject} on the list of skills."),
    "skill.retired": _("{actor} took {subject} off the list of skills."),
    "call.asked": _("{actor} called for help with {about}."),
    "call.help_offered": _("{actor} offered help with {about}."),
    "call.help_taken_back": _("{actor} took an offer of help with {about} back."),
    "call.help_accepted": _("{actor} accepted help with {about} from {person}."),
    "call.closed": _("{actor} closed a call for help with {about}."),
}
