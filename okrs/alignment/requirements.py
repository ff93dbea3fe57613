"""No resources without a key result: asked at the resources gate (seam 2)."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okrs.alignment.models import Contribution
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot


def serves_a_key_result(pilot: Pilot) -> checklist.RequirementState:
    titles = list(
        Contribution.objects.filter(pilot=pilot).values_list("key_result__title", flat=True)
    )
    if titles:
        return checklist.RequirementState(True, _("Serves “%s”.") % titles[0], "")
    return checklist.RequirementState(
        False,
        _("Say which key result this pilot serves, and by how much."),
        reverse("okrs:pilot-contribute", args=[pilot.pk]),
    )


checklist.register(
    Gate.RESOURCES,
    checklist.Requirement(
        "key_result", gettext_lazy("A key result"), serves_a_key_result, order=90
    ),
)
