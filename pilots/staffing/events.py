"""What the log says of people's time (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "pilot.time_promised": _(
        "{actor} promised {person} to {subject} with {percent} % of full "
        "time, from {starts_on:day} until {ends_on:day}."
    ),
    "pilot.time_given_back": _("{actor} gave {person} the time back that {subject} had."),
    "pilot.team_freed": _("The team of {subject} has its time back."),
}
