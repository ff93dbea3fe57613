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
from pilots.adoption.queries import ChangedGroups
from pilots.adoption.queries.readiness import LONG_ENOUGH, asked_once
from pilots.adoption.queries.use import known_use
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
    url = reverse("pilots:adoption", args=[pilot.pk])
    changed = queries.changed_since(pilot, _all_groups(pilot))
    if not groups:
        return _none_stands(pilot, changed)
    begin = queries.first_to_begin(groups)
    missing = [queries.not_trained(one) for one in begin if not one.enough]
    missing += [
        _("%(group)s: no champion said yes.") % {"group": one.group.name}
        for one in groups
        if not one.champions
    ]
    if missing:
        return RequirementState(False, " ".join([*missing, *_said_of(changed)]), url)
    said = [
        _("Those who begin are trained, and each group has a champion: %(groups)s.")
        % {
            "groups": ", ".join(
                _("%(group)s (%(share)s %% asked)") % {"group": one.group.name, "share": one.wanted}
                for one in begin
            )
        }
    ]
    if later := [one.group for one in groups if one not in begin]:
        said.append(_("With a later wave: %(groups)s.") % {"groups": _names(later)})
    return RequirementState(True, " ".join([*said, *_said_of(changed)]), url)


def pulse_taken(pilot: Pilot) -> RequirementState | None:
    """Each group was asked once, in this try, and the questions are closed: five or more answered, or they
    had five days. Not asked where no group of five is named, nor was when resources were approved."""
    standing = _groups(pilot)
    groups = [one for one in standing if is_shown(one.people)]
    changed = queries.changed_since(pilot, _all_groups(pilot))
    url = reverse("pilots:readiness", args=[pilot.pk])
    if not standing:
        return _none_stands(pilot, changed)
    if not groups:
        if not (changes := _said_of(changed)):
            return None
        small = _("No group has %(n)s people or more, so none can be asked.") % {"n": MINIMUM}
        return RequirementState(True, " ".join([small, *changes]), url)
    asked = asked_once(pilot, groups)
    if missing := [one for one in groups if one.pk not in asked]:
        said = [_("Take the pulse of: %(groups)s.") % {"groups": _names(missing)}]
        if any(pulse.round.closed_at is not None for one in missing for pulse in one.pulses.all()):
            said.append(
                _("A pulse counts once %(n)s have answered, or were asked for %(days)s days.")
                % {"n": MINIMUM, "days": LONG_ENOUGH.days}
            )
        return RequirementState(False, " ".join([*said, *_said_of(changed)]), url)
    said = [_("Each group was asked how ready it is.")]
    if few := [one for one in groups if not asked[one.pk]]:
        said.append(_("Asked, too few answered: %(groups)s.") % {"groups": _names(few)})
    return RequirementState(True, " ".join([*said, *_said_of(changed)]), url)


def use_shown(pilot: Pilot) -> RequirementState | None:
    """Of each group it is known how many use it since it can: counted, or from a metric. Not asked where no
    group is named."""
    groups = _groups(pilot)
    changed = queries.changed_since(pilot, _all_groups(pilot))
    if not groups:
        return _none_stands(pilot, changed)
    known = known_use(pilot, groups)
    if known.missing:
        said = [
            _(
                "Count who uses it, on a day since it began, or name the metric that does: %(groups)s."
            )
            % {"groups": _names(known.missing)}
        ]
    else:
        said = [_("It is known who uses it, group by group.")]
    said += [
        _("%(group)s: by the metric “%(metric)s”.") % {"group": group.name, "metric": metric.name}
        for group, metric in known.measured
    ]
    url = reverse("pilots:readiness", args=[pilot.pk])
    return RequirementState(not known.missing, " ".join([*said, *_said_of(changed)]), url)


def _none_stands(pilot: Pilot, changed: ChangedGroups) -> RequirementState | None:
    """Where groups stood since resources were approved, somebody says who is affected before a gate opens."""
    if not changed.removed:
        return None
    nobody = queries.nobody_said(pilot)
    said = (
        _(
            "Every group was taken out. Name each group whose work changes, or say that nobody's does."
        )
        if nobody is None
        else _("Nobody's work changes: %(why)s") % {"why": nobody.because}
    )
    url = reverse("pilots:adoption", args=[pilot.pk])
    return RequirementState(nobody is not None, " ".join([said, *_said_of(changed)]), url)


def _said_of(changed: ChangedGroups) -> list[str]:
    """For whoever decides: of whom less is asked than when resources were approved, and why."""
    said = [
        _("Taken out since resources were approved: %(group)s, because: %(why)s")
        % {"group": one.name, "why": one.removed_because}
        for one in changed.removed
    ]
    return said + [
        _("Since resources were approved %(group)s became %(n)s people, from %(before)s: %(why)s")
        % {
            "group": one.name,
            "n": one.people,
            "before": one.people_before,
            "why": one.people_because,
        }
        for one in changed.smaller
    ]


def _all_groups(pilot: Pilot) -> list[AffectedGroup]:
    """Those that were taken out, too, of what was fetched before."""
    known: Any = pilot
    return list(known.groups_affected.all())


def _groups(pilot: Pilot) -> list[AffectedGroup]:
    return [one for one in _all_groups(pilot) if one.removed_at is None]


def _names(groups: Iterable[AffectedGroup]) -> str:
    return ", ".join(one.name for one in groups)


register(
    Gate.RESOURCES,
    Requirement("affected", gettext_lazy("Whose work changes"), knows_who_is_affected, order=45),
)
register(
    Gate.GO_LIVE,
    Requirement(
        "prepared",
        gettext_lazy("Trained, with champions"),
        groups_prepared,
        order=35,
        prefetch=("groups_affected",),
    ),
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
