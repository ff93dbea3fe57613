"""What is missing of a preparation, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pilots.adoption.queries import Trained


def not_trained(found: Trained) -> str:
    """What is missing of a group, without telling of few of them."""
    said = {
        "group": found.group.name,
        "share": found.wanted,
        "trained": found.trained,
        "people": found.people,
    }
    if found.is_shown:
        return _("%(group)s: %(trained)s of %(people)s are trained; %(share)s %% are asked.") % said
    return _("%(group)s: not trained to %(share)s %% yet.") % said
