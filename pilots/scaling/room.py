"""The door plate: how what a pilot tries goes on once it is scaled, known before it is."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, NewsKind, Room

ROOM = Room(
    panels=(
        Fills("pilot", by="of_pilot", order=-3),
        Fills("gate", by="of_gate", order=-4),
        Fills("waiting", by="waiting", order=33),
        Fills("handover", by="to_hand_over", order=12),
    ),
    news=(
        NewsKind(
            "scaling",
            _("What was scaled"),
            _("You are asked to own what a pilot tried, or a look at what was scaled is due."),
            order=22,
        ),
    ),
)
