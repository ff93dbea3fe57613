"""What the log says of people's time (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "pilot.time_promised": _(
        "{actor} promised {person} to {subject} with {percent} % of full "
        "time, from {starts_on:day} until {ends_on:day}."
    ),
    "pilot.time_given_back": _("{actor} gave {person} the time back that {subject} had."),
    "pilot.seat_handed_over": _(
        "{actor} gave the seat on the team of {subject}, which {before} had until they left, to"
        " {person}."
    ),
    "pilot.seat_left_empty": _(
        "{actor} left the seat on the team of {subject} empty, which {before} had until they left."
    ),
    "pilot.team_freed": _("The team of {subject} has its time back."),
}
