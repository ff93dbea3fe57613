"""The door plate: whether time that was promised is kept, who covers meanwhile, and where all of it is seen."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, NewsKind, Noun, Room, Scheduled

ROOM = Room(
    navigation=(
        Entry(_("My time"), "pilots:my-time", "clock", order=15),
        Entry(
            _("Who is promised where"),
            "pilots:promised",
            "calendar",
            order=85,
            permissions=("time.agree", "pilots.open"),
        ),
    ),
    nouns=(Noun("week", _("Weeks of promised time"), page=None, reference="protectedweek"),),
    panels=(
        Fills("waiting", by="weeks_waiting", order=13),
        Fills("pilot", by="kept_of_pilot", order=21),
        Fills("unit", by="kept_of_unit", order=30),
        Fills("time-request", by="cover_of_request"),
        Fills("team", by="cover_of_team"),
        Fills("who-covers", by="who_covers"),
    ),
    scheduled=(
        # A day decides, so a look an hour is early enough.
        Scheduled("publish_due", seconds=3600),
        Scheduled("call_due", seconds=3600),
    ),
    news=(
        NewsKind(
            "protected_time",
            _("Time that is kept"),
            _(
                "You are asked once a week whether you had the time that was promised, you are named as who covers"
                " for somebody, or a unit below yours, or a pilot of one, does not get it."
            ),
            order=21,
        ),
    ),
    domain=("calendars", "cuts", "honoured", "load", "shown", "weeks", "zones"),
)
