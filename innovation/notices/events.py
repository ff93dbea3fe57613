"""What the log says of how people are told (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "person.mail_chosen": _("{actor} chose what is mailed to them. {what}."),
    "person.mail_stopped": _("A link in a mail to {subject} switched mail off. {what}."),
}
