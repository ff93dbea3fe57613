"""What the log says of risks (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "risk.recorded": _(
        "{actor} wrote down a risk of {pilot}, which {owner} keeps an eye on: {rated}."
    ),
    "risk.looked_at": _("{actor} looked at a risk of {pilot} again: {rated}. Next on {next:day}."),
    "risk.closed": _("{actor} closed a risk of {pilot}."),
}
