"""What the log says of milestones (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "milestone.added": _("{actor} set {pilot} the milestone {subject}, by {due:day}."),
    "milestone.reached": _("{actor} said that {pilot} reached {subject} on {on:day}."),
    "milestone.moved": _("{actor} moved {subject} of {pilot} from {before:day} to {due:day}."),
    "milestone.dropped": _("{actor} dropped the milestone {subject} of {pilot}."),
}
