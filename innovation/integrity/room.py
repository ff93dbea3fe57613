"""The door plate: every night, whether the tables hold what the log tells of them."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, NewsKind, Noun, Room, Scheduled

ROOM = Room(
    nouns=(
        Noun("comparison", _("Comparisons with the log"), page=None, reference="logcomparison"),
    ),
    panels=(Fills("log", by="last_comparison"),),
    news=(
        NewsKind(
            "integrity",
            _("The log and the tables"),
            _("Something that is kept is not what the log tells of it; auditors are told."),
            order=60,
        ),
    ),
    # Whether the day's run is done is a row; asking again changes nothing.
    scheduled=(Scheduled("compare_with_log", seconds=1800),),
    domain=("gauges",),
)
