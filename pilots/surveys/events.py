"""What the log says of questions to a group. An answer is no event: it would tell who answered when."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "survey.opened": _("{actor} asked {subject} the questions of {instrument}, until {until:day}."),
    "survey.closed": _("{actor} closed the questions of {instrument} to {subject}."),
    "instrument.entered": _("{actor} entered the instrument {subject}."),
    "instrument.changed": _(
        "{actor} changed the instrument {subject}, which nobody was asked yet."
    ),
}
