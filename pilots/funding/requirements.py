"""What the gates ask of money."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.rules.money import money
from pilots.funding.queries import open_request
from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot


def budget_fits(pilot: Pilot) -> RequirementState:
    url = reverse("pilots:budget", args=[pilot.pk])
    asked = open_request(pilot)
    if asked is None or not asked.lines.all():
        return RequirementState(False, _("Write the budget, line by line, and choose a fund."), url)
    amount = asked.amount
    if amount > asked.fund.balance:
        return RequirementState(
            False,
            _("It asks for %(amount)s, and %(fund)s has %(left)s left.")
            % {"amount": money(amount), "fund": asked.fund, "left": money(asked.fund.balance)},
            url,
        )
    return RequirementState(
        True,
        _("%(amount)s from %(fund)s.") % {"amount": money(amount), "fund": asked.fund},
        url,
    )


register(
    Gate.RESOURCES,
    Requirement("budget", gettext_lazy("A budget that fits"), budget_fits, order=60),
)
