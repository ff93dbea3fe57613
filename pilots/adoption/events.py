"""What the log says of planned change (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "champion.asked": _("{actor} asked {person} to help {group} with {pilot} for {hours}."),
    "champion.agreed": _("{actor} helps {group} with {pilot}."),
    "champion.declined": _("{actor} does not help {group} with {pilot}."),
    "champion.not_asked_any_more": _(
        "{actor} asks {person} no longer to help {group} with {pilot}."
    ),
    "champion.stepped_down": _(
        "{actor} said that {person} does not help {group} with {pilot} any more."
    ),
    "pdsa.planned": _("{actor} planned the cycle {subject} of {pilot}."),
    "pdsa.changed": _("{actor} changed the cycle {subject} of {pilot}."),
    "pdsa.done": _("{actor} said what was done in the cycle {subject} of {pilot}."),
    "pdsa.closed": _("{actor} closed the cycle {subject} of {pilot}: {decision}."),
    "less_of.said": _("{actor} wrote for {pilot} that {group} stop {subject}."),
    "less_of.taken_back": _("{actor} wrote for {pilot} that {group} do not stop {subject}."),
    "office_hour.planned": _("{actor} planned an office hour of {pilot} on {on:day}."),
    "office_hour.cancelled": _("{actor} cancelled the office hour of {pilot} on {on:day}."),
    "question.asked": _("{actor} asked about the change that {pilot} brings."),
    "question.answered": _("{actor} answered a question about the change that {pilot} brings."),
    "support.planned": _("{actor} planned to help with {pilot}: {subject}, by {due:day}."),
    "support.done": _("{actor} said that this was done for {pilot}: {subject}."),
    "support.dropped": _("{actor} dropped this for {pilot}: {subject}."),
    "group.named": _("{actor} named {subject} as a group whose work {pilot} changes."),
    "group.changed": _("{actor} changed what is known of {subject}, whose work {pilot} changes."),
    "group.people_added": _("{actor} added {n} people to {subject}, whose work {pilot} changes."),
    "group.person_left": _("{actor} took somebody out of {subject}, whose work {pilot} changes."),
    "pilot.nobody_affected": _("{actor} said that {subject} changes nobody's work."),
    "training.planned": _("{actor} planned {subject} for {group} on {on:day}, for {pilot}."),
    "training.cancelled": _("{actor} cancelled {subject} for {group}, of {pilot}."),
    "training.attended": _("{actor} said who of {group} was at {subject}, for {pilot}."),
    "training.attendance_taken_back": _(
        "{actor} took back who of {group} was at {subject}, for {pilot}."
    ),
    "wave.planned": _("{actor} planned the wave {subject} of {pilot} for {on:day}."),
    "wave.changed": _("{actor} changed the wave {subject} of {pilot}, now planned for {on:day}."),
    "wave.dropped": _("{actor} dropped the wave {subject} of {pilot}."),
    "wave.went_live": _(
        "{actor} said that the wave {subject} of {pilot} is live since {on:day}, with its groups trained to"
        " {share} %."
    ),
    "group.use_counted": _(
        "{actor} counted who of {subject} uses what {pilot} brings, on {on:day}."
    ),
    "group.use_measured": _(
        "{actor} said that who of {subject} uses what {pilot} brings is read from {metric}."
    ),
    "group.use_counted_again": _(
        "{actor} said that who of {subject} uses what {pilot} brings is counted by the team."
    ),
    "group.helped": _("{owner} helps {subject} with {pilot} until {until:day}, said {actor}."),
    "group.help_done": _("{actor} said that help for {subject} with {pilot} was done."),
    "group.removed": _("{actor} took {subject} out of the groups whose work {pilot} changes."),
}
