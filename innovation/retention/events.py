"""What the log says of retention (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "retention.run_done": _("{actor} took away what was past its term: {removed}."),
    "person.anonymised": _("{actor} took the name away from {subject}, whose account was closed."),
}
