"""What the log says of promised time (innovation/audit/sentences.py). That a week was answered is no event."""

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
}
