"""What the log says of money (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "pilot.budget_set": _("{actor} wrote the budget of {subject}: {amount:money} from {fund}."),
    "fund.created": _("{actor} set up {subject}."),
    "fund.approvals_set": _("{actor} changed how the money of {subject} is approved."),
    "fund.deposited": _("{actor} put {amount:money} into {subject}."),
    "fund.awarded": _("{actor} awarded {amount:money} from {subject} to {pilot}."),
    "fund.spent": _("{actor} recorded {amount:money} spent by {pilot} on {line}."),
    "fund.released": _("{amount:money} of {pilot} went back to {subject}."),
    "fund.deposit_reversed": _(
        "{actor} took {amount:money} out of {subject} that had been entered by mistake: “{note}”."
    ),
    "fund.expense_reversed": _(
        "{actor} took back the {amount:money} recorded as spent by {pilot} on {line}: “{note}”."
    ),
    "fund.expense_refunded": _(
        "{actor} took back the {amount:money} recorded as spent by {pilot} on {line}; they went to "
        "{subject}: “{note}”."
    ),
    "pilot.overrun_asked": _(
        "{actor} asked the sponsor of {subject} for {amount:money} on {line}, which has {left:money} "
        "left."
    ),
    "pilot.overrun_approved": _(
        "{actor} said yes to {amount:money} of {subject} on {line}, beyond what it had left."
    ),
    "pilot.overrun_refused": _(
        "{actor} said no to {amount:money} of {subject} on {line}, beyond what it has left: “{answer}”."
    ),
    "pilot.receipt_added": _(
        "{actor} added the receipt “{name}” to {amount:money} spent by {subject}."
    ),
}
