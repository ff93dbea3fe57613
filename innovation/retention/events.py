"""What the log says of retention (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "retention.run_done": _("{actor} took away what was past its term: {removed}."),
    "person.data_taken": _("{actor} took away all that is held on them."),
    "erasure.asked": _("{actor} asked that all that is held on them is erased."),
    "erasure.withdrawn": _("{actor} no longer asks that what is held on them is erased."),
    "erasure.answered": _(
        "{actor} answered {subject}, who asked to be erased: it must stay for now."
    ),
    "person.anonymised": _("{actor} took the name away from {subject}, whose account was closed."),
}
