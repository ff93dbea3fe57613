"""What the log says of reviews and products (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "assessment.evidence_given": _("{actor} gave evidence for {pilot}, {topic}: {areas}."),
    "assessment.attested": _("{actor} filled in the short form of {pilot}: {what}."),
    "assessment.taken": _("{actor} took the review of {pilot}: {area}."),
    "assessment.handed_over": _("{actor} handed the review of {pilot} to {person}: {area}."),
    "assessment.judged": _(
        "{actor} judged evidence of {pilot}, {area}: {accepted} accepted, {back} sent back."
    ),
    "assessment.reviewed": _("{actor} finished the review of {pilot}: {area}."),
    "assessment.conflict_declared": _("{actor} declared a conflict with {pilot}."),
    "assessment.condition_set": _("{actor} set a condition for {pilot}, {area}, on {person}."),
    "assessment.condition_met": _("{actor} saw a condition of {pilot} met: {area}."),
    "assessment.condition_reported": _("{actor} said that a condition of {pilot} is done: {area}."),
    "assessment.condition_returned": _(
        "{actor} saw a condition of {pilot} that is not met yet: {area}."
    ),
    "assessment.opinion_asked": _(
        "{actor} asked {person} for a second opinion on the review of {pilot}: {area}."
    ),
    "assessment.opinion_given": _(
        "{actor} gave {person} a second opinion on the review of {pilot}: {area}."
    ),
    "product.registered": _("{actor} registered {subject}, version {version}."),
    "product.card_read": _(
        "{actor} read the model card of {subject}, version {version}: {count} pieces of evidence."
    ),
    "product.named": _("{actor} said that {pilot} tries {subject}."),
    "product.version_changed": _(
        "{actor} put version {version} of {subject} into use; {count} answers are judged anew."
    ),
}
