"""What the log says of people's time (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "pilot.time_asked": _(
        "{actor} asked {person} for {percent} % of full time for {subject}, from {starts_on:day} until"
        " {ends_on:day}."
    ),
    "pilot.time_waits_for_unit": _(
        "{person} would give the time that {subject} asked for; {unit} is asked, too."
    ),
    "pilot.time_agreed_by_unit": _(
        "{actor} said for {unit} that it can spare {person} for {subject}."
    ),
    "pilot.time_refused_by_unit": _(
        "{actor} said for {unit} that it cannot spare {person} for {subject}."
    ),
    "pilot.time_declined": _("{actor} does not give the time that {subject} asked for."),
    "pilot.time_request_withdrawn": _("{actor} asks {person} no longer for time for {subject}."),
    "pilot.time_promised": _(
        "{person} is promised to {subject} with {percent} % of full time, from {starts_on:day} until"
        " {ends_on:day}."
    ),
    "pilot.time_taken_back": _("{actor} takes the time back that {subject} has, from {on:day} on."),
    "pilot.time_given_back": _("{actor} gave {person} the time back that {subject} had."),
    "pilot.seat_handed_over": _(
        "{actor} asked {person} to take the seat on the team of {subject} that {before} had until they left."
    ),
    "pilot.seat_left_empty": _(
        "{actor} left the seat on the team of {subject} empty, which {before} had until they left."
    ),
    "pilot.team_freed": _("The team of {subject} has its time back."),
}
