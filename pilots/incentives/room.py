"""The door plate: why people take part, thanks, and who had which part."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, NewsKind, Noun, Room

ROOM = Room(
    nouns=(
        Noun("incentive", _("What is offered"), page="pilots:incentive"),
        Noun("thanks", _("Thanks"), page=None),
        Noun("credit", _("Who had which part"), page=None, reference="creditclaim"),
    ),
    panels=(
        Fills("charter", by="of_charter", order=30),
        Fills("pilot", by="plan_of_pilot", order=30),
        Fills("pilot", by="credit_of_pilot", order=32),
        Fills("pilot", by="thanks_of_pilot", order=34),
        Fills("honoured-stop", by="thanks_of_stop"),
        Fills("need", by="credit_of_need", order=30),
        Fills("need", by="thanks_of_need", order=32),
        Fills("waiting", by="waiting", order=36),
        Fills("profile", by="of_person", order=20),
    ),
    news=(
        NewsKind(
            "thanks",
            _("Thanks"),
            _("Somebody thanked you, or answered what you say of your part in a pilot."),
            order=28,
        ),
    ),
    domain=("before_after", "document", "kinds", "volume", "words"),
)
