"""The door plate: how well the output of a silent run agrees with what was true."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room

ROOM = Room(
    nouns=(
        Noun(
            "accuracy",
            _("Accuracy in silent runs"),
            page="pilots:accuracy-result",
            reference="silentrunresult",
        ),
    ),
    panels=(
        Fills("pilot", by="of_pilot", order=-12),
        Fills("gate", by="of_gate", order=-4),
        Fills("show-output", by="before_output_is_shown"),
        Fills("charter", by="of_charter", order=5),
    ),
    domain=("judgement", "sheet", "wording"),
)
