"""What the log says of promised time (innovation/audit/sentences.py): that a week was answered, never how."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "pilot.cover_planned": _(
        "{actor} planned who covers for {person} while they work for {subject}: {who}. {paid}."
    ),
    "person.calendar_made": _(
        "{actor} made a private link to the calendar of their promised time."
    ),
    "person.calendar_switched_off": _(
        "{actor} switched the private link to the calendar of their promised time off."
    ),
    "week.answered": _(
        "{actor} said how the week from {week:day} went for the time promised to {pilot}."
    ),
}
