"""What the log says of gates (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "gate.decided_against_rule": _(
        "{actor} decided the outcome of {pilot} against its rule: it says “{recommended}”, decided was "
        "“{decision}”."
    ),
    "gate.decided_early": _(
        "{actor} decided the outcome of {pilot} before {until:day}, until when it was to run at the least."
    ),
    "gate.decided_on_old_numbers": _(
        "{actor} decided the outcome of {pilot} on old numbers of {metrics}."
    ),
    "gate.go_live_asked": _("{actor} asked for {pilot} to go live."),
    "gate.go_live_approved": _("{actor} approved that {pilot} goes live."),
    "gate.go_live_returned": _("{actor} returned going live of {pilot}."),
    "gate.go_live_withdrawn": _("{actor} took back that {pilot} goes live."),
    "gate.sustained_opened": _(
        "{actor} asked whether what {pilot} tried holds; {owner} says what they see."
    ),
    "gate.sustained": _("{actor} decided that what {pilot} tried holds and stays."),
    "gate.look_again": _("{actor} decided to look again at what {pilot} tried."),
    "gate.nobody_left": _("{actor} found nobody left who could decide on {pilot}."),
    "gate.somebody_again": _("{actor} found somebody again who can decide on {pilot}."),
    "dissent.said": _("{actor} said a concern about {pilot}: {text}"),
    "condition.made": _("{actor} approved {pilot} under a condition: {text}"),
    "condition.verified": _("{actor} verified a condition of {pilot}: {text}"),
    "gate.approved_by_one": _("{actor} gave the first of two approvals for {subject}."),
}
