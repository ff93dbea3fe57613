"""What the log says of imports of people (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
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
