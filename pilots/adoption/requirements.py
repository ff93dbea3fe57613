"""What the gates ask of planned change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innovation.rules import dates
from innovation.rules.small_cells import MINIMUM, is_shown
from pilots.adoption import queries
from pilots.adoption.models import AffectedGroup
from pilots.adoption.queries.readiness import LONG_ENOUGH, asked_once, has_begun_on
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
    """Each group was asked once, in this try, and the questions are closed: five or more answered, or they
    had five days. Not asked where no group of five is named."""
    groups = [one for one in _groups(pilot) if is_shown(one.people)]
    if not groups:
        return None
    url = reverse("pilots:readiness", args=[pilot.pk])
    asked = asked_once(pilot, groups)
    if missing := [one for one in groups if one.pk not in asked]:
        said = [_("Take the pulse of: %(groups)s.") % {"groups": _names(missing)}]
        if any(pulse.round.closed_at is not None for one in missing for pulse in one.pulses.all()):
            said.append(
                _("A pulse counts once %(n)s have answered, or were asked for %(days)s days.")
                % {"n": MINIMUM, "days": LONG_ENOUGH.days}
            )
        return RequirementState(False, " ".join(said), url)
    said = [_("Each group was asked how ready it is.")]
    if few := [one for one in groups if not asked[one.pk]]:
        said.append(_("Asked, too few answered: %(groups)s.") % {"groups": _names(few)})
    return RequirementState(True, " ".join(said), url)


def use_shown(pilot: Pilot) -> RequirementState | None:
    """Of each group it is counted how many use it, since it can. Not asked where no group is named."""
    groups = _groups(pilot)
    if not groups:
        return None
    url = reverse("pilots:readiness", args=[pilot.pk])
    missing = [one for one in groups if not _is_counted(pilot, one)]
    if missing:
        said = _("Count who uses it, on a day since it began: %(groups)s.")
        return RequirementState(False, said % {"groups": _names(missing)}, url)
    return RequirementState(True, _("It is counted who uses it, group by group."), url)


def _is_counted(pilot: Pilot, group: AffectedGroup) -> bool:
    begun = has_begun_on(pilot, group)
    return begun is not None and any(one.on >= begun for one in group.use_counts.all())


def _names(groups: Iterable[AffectedGroup]) -> str:
    return ", ".join(one.name for one in groups)


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
        prefetch=("groups_affected__use_counts", "groups_affected__wave_place__wave"),
    ),
)
