"""What the log says of being compared with the tables (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "comparison.done": _(
        "{actor} compared {count:number} rows with the log and found {faults:number} that differ."
    ),
}
