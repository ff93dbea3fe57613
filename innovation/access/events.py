"""What the log says of imports, invitations, reviews, deputies and machines (audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "deputy.named": _("{actor} named {deputy} as deputy, from {start:day} to {end:day}."),
    "deputy.ended": _("{actor} ended that {deputy} is the deputy of {subject}."),
    "deputy.ran_out": _(
        "{deputy} is the deputy of {subject} no longer: {end:day} was the last day."
    ),
    "deputy.began": _("{actor} began to act for {subject}."),
    "access_review.opened": _("{actor} opened a review of {roles:number} roles in {subject}."),
    "access_review.kept": _("{actor} reviewed the role {role} of {subject} in {unit} and kept it."),
    "access_review.answer_taken_back": _(
        "{actor} took back the answer on the role {role} of {subject} in {unit}; it waits again."
    ),
    "access_review.closed": _(
        "The review of roles in {subject} is done: {kept:number} kept, {taken:number} taken back."
    ),
    "service.created": _(
        "{actor} made the service account {subject}; {owner} answers for it. It reaches: {units}."
    ),
    "service.changed": _(
        "{actor} changed the service account {subject}; {owner} answers for it. It reaches: {units}."
    ),
    "service.token_created": _("{actor} made a token of {subject}, {name}; it may: {scopes}."),
    "service.token_revoked": _("{actor} revoked the token {name} of {subject}."),
    "service.closed": _(
        "{actor} closed the service account {subject}; tokens that ended: {tokens}."
    ),
    "invitation.made": _("{actor} invited {subject} to the role {role} in {unit}."),
    "invitation.sent_again": _(
        "{actor} sent {subject} the invitation to the role {role} in {unit} again."
    ),
    "invitation.revoked": _(
        "{actor} revoked the invitation of {subject} to the role {role} in {unit}."
    ),
    "invitation.accepted": _("{actor} took up the invitation to the role {role} in {unit}."),
    "people_import.started": _("{actor} began to import people from {subject} into {unit}."),
    "people_import.done": _(
        "The import of {subject} by {actor} is done: {created:number} new accounts, "
        "{changed:number} changed, {refused:number} rows refused."
    ),
    "people_import.undo_started": _("{actor} began to take the import of {subject} back."),
    "people_import.undone": _(
        "{actor} took the import of {subject} back: {undone:number} rows; {kept:number} kept."
    ),
}
