"""What a scale plan says, what of it is there, and what is kept of it with the decision to scale."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.people.models import User, UserQuerySet
from innovation.rules.text import visible
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.room import PilotsPermission
from pilots.lifecycle.states import OUT_OF_USE
from pilots.scaling.models import ScalePlan

TEXTS = ("training", "integration", "taking_out")
LABELS = {
    "owner": gettext_lazy("Owner after the pilot"),
    "running_cost": gettext_lazy("Running cost a year"),
    "training": gettext_lazy("Training"),
    "integration": gettext_lazy("Integration"),
    "taking_out": gettext_lazy("How to take it out again"),
}
UNSAID = {
    "owner": gettext_lazy("Who answers for it after the pilot is not known."),
    "running_cost": gettext_lazy("What it costs a year is not said."),
    "training": gettext_lazy("Who is trained, how and by whom, is not said."),
    "integration": gettext_lazy("What it has to be connected with is not said."),
    "taking_out": gettext_lazy("How it is taken out again is not said."),
}


@dataclass(frozen=True)
class PlanPart:
    """One of the five, shown like a check of a gate."""

    key: str
    label: str
    met: bool
    sentence: str
    url: str = ""


@dataclass(frozen=True)
class PlanState:
    pilot: Pilot
    plan: ScalePlan | None

    @property
    def owner(self) -> User | None:
        owner = self.plan and self.plan.owner
        return owner if owner and owner.is_active else None

    @property
    def parts(self) -> list[PlanPart]:
        return [self._part(key) for key in LABELS]

    @property
    def missing(self) -> list[PlanPart]:
        return [part for part in self.parts if not part.met]

    @property
    def is_whole(self) -> bool:
        return not self.missing

    @property
    def is_said(self) -> bool:
        """Whether all is there but perhaps its owner, whose yes is another thing."""
        return all(part.met or part.key == "owner" for part in self.parts)

    @property
    def met(self) -> int:
        return len(LABELS) - len(self.missing)

    @property
    def of(self) -> int:
        return len(LABELS)

    def _part(self, key: str) -> PlanPart:
        met, sentence = self._owner_said() if key == "owner" else self._said(key)
        return PlanPart(key, str(LABELS[key]), met, sentence)

    def _owner_said(self) -> tuple[bool, str]:
        plan = self.plan
        if self.owner is not None:
            return True, _("%(who)s said yes.") % {"who": self.owner.name}
        if plan is not None and plan.asked is not None:
            return False, _("%(who)s is asked and has not answered.") % {"who": plan.asked.name}
        if plan is not None and plan.owner is not None:
            return False, _("%(who)s said yes and does not work here any more.") % {
                "who": plan.owner.name
            }
        return False, str(UNSAID["owner"])

    def _said(self, key: str) -> tuple[bool, str]:
        value = None if self.plan is None else getattr(self.plan, key)
        if value is None or (isinstance(value, str) and not visible(value)):
            return False, str(UNSAID[key])
        return True, _("It is written down.")


def plan_of(pilot: Pilot) -> PlanState:
    found = ScalePlan.objects.filter(pilot=pilot).select_related("owner", "asked").first()
    return PlanState(pilot, found)


def kept(state: PlanState) -> dict[str, object] | None:
    """The plan as plain JSON, to keep with a decision."""
    plan = state.plan
    if plan is None:
        return None
    return {
        "owner": plan.owner_id,
        "owner_name": plan.owner and plan.owner.name,
        "running_cost": None if plan.running_cost is None else f"{plan.running_cost:.2f}",
        **{name: getattr(plan, name) for name in TEXTS},
        "version": plan.version,
    }


def may_own(pilot: Pilot) -> UserQuerySet:
    """Who can be asked: whoever reads the pilots of its unit, and its lead and sponsor."""
    readers = User.objects.holding(PilotsPermission.READ, pilot.unit).values("pk")
    named = [pilot.lead_id, pilot.sponsor_id]
    return User.objects.active().filter(Q(pk__in=readers) | Q(pk__in=named)).order_by("name")


def asked_of(user: User) -> QuerySet[ScalePlan]:
    """Where this person is asked to own something, longest first."""
    found = ScalePlan.objects.filter(asked=user.pk)
    found = found.exclude(pilot__status__in=OUT_OF_USE)
    return found.select_related("pilot", "asked_by").order_by("asked_at")


def owned_by_leavers(person: User | None) -> QuerySet[ScalePlan]:
    """Plans whose owner has left, of pilots that are not over or were scaled."""
    found = ScalePlan.objects.filter(owner__is_active=False)
    if person is not None:
        found = found.filter(owner=person)
    return found.exclude(pilot__status__in=OUT_OF_USE).select_related("pilot", "owner", "asked")


def cost_so_far(running_cost: Decimal, *, days: int) -> Decimal:
    """What so many days cost by the plan.

    >>> cost_so_far(Decimal(36500), days=10)
    Decimal('1000.00')
    """
    return (running_cost * days / 365).quantize(Decimal("0.01"))
