"""What the log says of what was learned (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "learning.published": _("{actor} wrote down what was learned from {pilot}."),
    "learning.revised": _("{actor} wrote anew what was learned from {pilot}: version {version}."),
    "learning.read": _("{actor} read what was learned from {learned} for {pilot}."),
}
