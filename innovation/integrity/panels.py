"""What the night's comparison puts on the page where the log is verified."""

from typing import Any

from django.utils.translation import gettext as _

from innovation.audit.models import Event, Reader
from innovation.integrity import presenters
from innovation.integrity.models import LogComparison
from innovation.web import panels


def last_comparison(user: Reader, _head: object) -> panels.Panel | None:
    """For whoever reads the log of a root: differences name things of every unit."""
    if not Event.objects.reads_whole(user):
        return None
    run = LogComparison.objects.exclude(ended_at=None).first()
    context: dict[str, Any] = {"run": run}
    if run is not None:
        context["counts"] = presenters.counts(run)
        context["faults"] = [presenters.difference_in_words(*fault) for fault in run.faults]
    return panels.Panel(
        _("Compared with what is kept"), "innovation/integrity/_comparison.html", context
    )
