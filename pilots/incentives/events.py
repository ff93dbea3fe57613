"""What the log says of offers to people, of thanks, and of who had which part."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "incentive.planned": _("{actor} planned what {pilot} offers its people: {kind}."),
    "incentive.changed": _("{actor} changed what {pilot} offers its people."),
    "incentive.warning_answered": _(
        "{actor} said why an offer of {pilot} does not reward more at the cost of better."
    ),
    "incentive.paid_from": _("{actor} said which line of {pilot} pays for an offer: {line}."),
    "incentive.taken_back": _("{actor} took back an offer of {pilot}."),
    "incentive.evaluated": _("{actor} said what an offer of {pilot} did: {outcome}."),
    "thanks.given": _("{actor} thanked colleagues for their part in {what}."),
    "thanks.taken_back": _("{actor} took thanks back."),
    "credit.claimed": _("{actor} said what they also did in {pilot}."),
    "credit.confirmed": _("{actor} confirmed what {person} also did in {pilot}."),
    "credit.not_confirmed": _(
        "{actor} did not confirm what {person} says to have done in {pilot}."
    ),
}
