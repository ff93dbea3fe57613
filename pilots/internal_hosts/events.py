"""What the log says of internal hosts (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "internal_host.allowed": _("{actor} allowed the sources of {unit} to reach {subject}."),
    "internal_host.withdrawn": _("{actor} withdrew {subject} from the sources."),
}
