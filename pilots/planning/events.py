"""What the log says of metric panels (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "panel.opened": _("{actor} opened a panel on what {pilot} measures."),
    "panel.candidate_added": _("{actor} put “{name}” to the panel of {subject}."),
    "panel.invited": _("{actor} invited {person} to the panel of {subject}."),
    "panel.rated": _("{actor} rated the candidates of the panel of {subject}."),
    "panel.closed": _("{actor} closed the panel of {subject} with: {chosen}."),
}
