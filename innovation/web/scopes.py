"""What a token of the API may be made for. It never does more than its person may."""

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.rules.refusal import NotAllowed


class Scope(models.TextChoices):
    READ = "read", gettext_lazy("Read, and change nothing")
    NUMBERS = "numbers", gettext_lazy("Bring in numbers of metrics")
    NEEDS = "needs", gettext_lazy("Record and answer needs and ideas")
    PILOTS = "pilots", gettext_lazy("Keep pilots, their teams and logs, and answer alarms")
    DECISIONS = "decisions", gettext_lazy("Decide at gates and stop pilots")
    MONEY = "money", gettext_lazy("Ask for, move and record money")
    NOTICES = "notices", gettext_lazy("Mark notices as read")


def check_covers(scopes: list[str], wanted: Scope | None) -> None:
    """Raise a sentence that names the scope unless it is among them; `None` is what no token may."""
    if wanted is None:
        raise NotAllowed(_("No token does this; sign in and do it on the pages."))
    if wanted not in scopes:
        raise NotAllowed(
            _(
                "This token was not made for this: it lacks the scope “%(scope)s” (%(what)s)."
                " Make one that has it."
            )
            % {"scope": wanted.value, "what": wanted.label}
        )
