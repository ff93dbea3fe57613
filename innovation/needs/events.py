"""What the log says of needs (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "need.submitted": _("{actor} recorded {subject}."),
    "need.edited": _("{actor} changed the words of {subject}: {what}."),
    "need.voice_added": _("{actor} said that {subject} affects them, too."),
    "need.voice_noted": _("{actor} told how {subject} is for them."),
    "need.voice_withdrawn": _("{actor} took their voice for {subject} back."),
    "need.taken_up": _("{actor} began to look at {subject}."),
    "need.accepted": _("{actor} accepted {subject}."),
    "need.asked": _("{actor} asked a question about {subject}."),
    "need.answered": _("{actor} answered a question about {subject}."),
    "need.declined": _("{actor} declined {subject}."),
    "need.merged": _("{actor} merged {subject} into {into}."),
    "need.reopened": _("{actor} reopened {subject}."),
    "need.in_pilot": _("{actor} started a pilot for {subject}."),
    "need.met": _("{subject} was met, {actor} decided."),
    "need.answered_not_shown": _(
        "{subject} was answered, {actor} decided; that it is met was not shown."
    ),
    "need.not_met": _("{subject} was not met, {actor} decided."),
}
