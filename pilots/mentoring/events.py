"""What the log says of mentors (innovation/audit/sentences.py). What they speak of with a team is theirs."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "mentor.offered": _("{actor} would mentor up to {room} pilots at once, in: {skills}."),
    "mentor.paused": _("{actor} takes no further pilot to mentor for now."),
    "mentor.went_on": _("{actor} can be asked to mentor again."),
    "mentor.withdrew": _("{actor} is not in the register of mentors any more."),
    "mentorship.asked": _("{actor} asked {person} to mentor {pilot}."),
    "mentorship.accepted": _("{actor} mentors {pilot}, and decides on nothing of it."),
    "mentorship.declined": _("{actor} does not mentor {pilot}."),
    "mentorship.withdrawn": _("{actor} asks {person} no longer to mentor {pilot}."),
    "mentorship.ended": _("{actor} ended the mentoring of {pilot} by {person}."),
    "mentorship.left": _("{actor} ended the mentoring of {pilot} by {person}, who has left."),
    "mentorship.session_held": _(
        "{actor} noted that {person} and the team of {pilot} met on {on:day}."
    ),
    "mentorship.step_done": _(
        "{actor} did what the team of {pilot} and {person}, who mentors it, agreed."
    ),
}
