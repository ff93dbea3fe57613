"""What the gates ask of planned change."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innovation.rules import dates
from innovation.rules.small_cells import is_shown
from pilots.adoption import queries
from pilots.adoption.models import AffectedGroup
from pilots.lifecycle.checklist import Gate, Requirement, RequirementState, register
from pilots.lifecycle.models import Pilot


def knows_who_is_affected(pilot: Pilot) -> RequirementState:
    """At least one group, or a sentence that says why there is none."""
    url = reverse("pilots:adoption", args=[pilot.pk])
    found = AffectedGroup.objects.standing().filter(pilot=pilot)
    known = found.aggregate(groups=Count("pk"), people=Sum("people"))
    if known["groups"]:
        said = ngettext(
            "%(n)s group, %(people)s people.", "%(n)s groups, %(people)s people.", known["groups"]
        ) % {"n": known["groups"], "people": known["people"]}
        return RequirementState(True, said, url)
    nobody = queries.nobody_said(pilot)
    if nobody is not None:
        return RequirementState(
            True, _("Nobody's work changes: %(why)s") % {"why": nobody.because}, url
        )
    return RequirementState(
        False, _("Name each group whose work changes, or say that nobody's does."), url
    )


def groups_prepared(pilot: Pilot) -> RequirementState | None:
    """The groups that begin are trained to their share, and each group has a champion. Not asked where no
    group is named."""
    groups = queries.trained_of(pilot, day=dates.today())
    if not groups:
        return None
    url = reverse("pilots:adoption", args=[pilot.pk])
    begin = queries.first_to_begin(groups)
    missing = [queries.not_trained(one) for one in begin if not one.enough]
    missing += [
        _("%(group)s: no champion said yes.") % {"group": one.group.name}
        for one in groups
        if not one.champions
    ]
    if missing:
        return RequirementState(False, " ".join(missing), url)
    said = [
        _("Those who begin are trained, and each group has a champion: %(groups)s.")
        % {
            "groups": ", ".join(
                _("%(group)s (%(share)s %% asked)") % {"group": one.group.name, "share": one.wanted}
                for one in begin
            )
        }
    ]
    if later := [one for one in groups if one not in begin]:
        said.append(
            _("With a later wave: %(groups)s.")
            % {"groups": ", ".join(one.group.name for one in later)}
        )
    return RequirementState(True, " ".join(said), url)


def _groups(pilot: Pilot) -> list[AffectedGroup]:
    """Those that stand, of what was fetched before."""
    known: Any = pilot
    return [one for one in known.groups_affected.all() if one.removed_at is None]


def pulse_taken(pilot: Pilot) -> RequirementState | None:
    """Each group was asked once and the questions are closed. Not asked where no group of five is named."""
    groups = [one for one in _groups(pilot) if is_shown(one.people)]
    if not groups:
        return None
    url = reverse("pilots:readiness", args=[pilot.pk])
    missing = [
        one.name
        for one in groups
        if not any(pulse.round.closed_at is not None for pulse in one.pulses.all())
    ]
    if missing:
        said = _("Take the pulse of: %(groups)s.") % {"groups": ", ".join(missing)}
        return RequirementState(False, said, url)
    return RequirementState(True, _("Each group was asked how ready it is."), url)


def use_shown(pilot: Pilot) -> RequirementState | None:
    """Of each group it is counted how many use it. Not asked where no group is named."""
    groups = _groups(pilot)
    if not groups:
        return None
    url = reverse("pilots:readiness", args=[pilot.pk])
    missing = [one.name for one in groups if not one.use_counts.all()]
    if missing:
        said = _("Count who uses it: %(groups)s.") % {"groups": ", ".join(missing)}
        return RequirementState(False, said, url)
    return RequirementState(True, _("It is counted who uses it, group by group."), url)


register(
    Gate.RESOURCES,
    Requirement("affected", gettext_lazy("Whose work changes"), knows_who_is_affected, order=45),
)
register(
    Gate.GO_LIVE,
    Requirement("prepared", gettext_lazy("Trained, with champions"), groups_prepared, order=35),
)
register(
    Gate.GO_LIVE,
    Requirement(
        "pulse",
        gettext_lazy("Pulse taken"),
        pulse_taken,
        order=36,
        prefetch=("groups_affected__pulses__round",),
    ),
)
register(
    Gate.OUTCOME,
    Requirement(
        "use",
        gettext_lazy("Use shown"),
        use_shown,
        order=36,
        prefetch=("groups_affected__use_counts",),
    ),
)
