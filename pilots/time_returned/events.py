"""What the log says of hours given back (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "pilot.hours_declared": _(
        "{actor} said that {subject} gives hours back, counted by “{metric}”, for {uses}."
    ),
    "pilot.hours_taken_back": _("{actor} took back that {subject} gives hours back."),
    "touch_question.chosen": _("{actor} said which question tells: {subject}."),
}
