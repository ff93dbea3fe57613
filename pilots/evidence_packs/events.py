"""What the log says of evidence packs (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {"pack.frozen": _("{actor} froze what {pilot} showed as {subject}.")}
