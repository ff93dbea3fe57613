"""What the log says of money (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "pilot.budget_set": _("{actor} wrote the budget of {subject}: {amount:money} from {fund}."),
    "fund.created": _("{actor} set up {subject}."),
    "fund.deposited": _("{actor} put {amount:money} into {subject}."),
    "fund.awarded": _("{actor} awarded {amount:money} from {subject} to {pilot}."),
    "fund.spent": _("{actor} recorded {amount:money} spent by {pilot} on {line}."),
    "fund.released": _("{amount:money} of {pilot} went back to {subject}."),
}
