"""What the log says of the time of pilots (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "pilot.clock_ends_soon": _("{actor} told that the time of {subject} ends on {end:day}."),
    "pilot.clock_over": _("{actor} told that the time of {subject} was over on {end:day}."),
}
