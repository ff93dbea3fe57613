"""No resources without a key result: registered with the gates of the storey below (seam 2)."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okrs.alignment.models import Contribution
from pilots.gates import registry
from pilots.gates.models import Gate
from pilots.lifecycle.models import Pilot


def serves_a_key_result(pilot: Pilot) -> registry.Finding:
    titles = list(
        Contribution.objects.filter(pilot=pilot).values_list("key_result__title", flat=True)
    )
    if titles:
        return registry.Finding(True, _("Serves “%s”.") % titles[0], "")
    return registry.Finding(
        False,
        _("Say which key result this pilot serves, and by how much."),
        reverse("okrs:pilot-contribute", args=[pilot.pk]),
    )


registry.register(
    Gate.RESOURCES,
    registry.Requirement("key_result", gettext_lazy("A key result"), serves_a_key_result),
)
