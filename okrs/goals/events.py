"""What the log says of cycles, objectives and key results (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "cycle.created": _("{actor} opened the cycle {subject}."),
    "objective.created": _("{actor} set the objective {subject}."),
    "objective.edited": _("{actor} changed the objective {subject}: {what}."),
    "objective.handed_over": _(
        "{actor} gave the objective {subject}, which {before} sponsored until they left, to {person}."
    ),
    "key_result.added": _("{actor} added the key result {subject}."),
    "key_result.edited": _("{actor} changed the key result {subject}: {what}."),
}
