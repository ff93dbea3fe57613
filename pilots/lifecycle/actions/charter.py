"""The charter: a pilot is opened, shaped, and put on its pathway."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.ideas import actions as ideas
from innovation.ideas.models import Idea
from innovation.ideas.states import IdeaStatus
from innovation.needs import actions as needs_actions
from innovation.needs.models import Need
from innovation.needs.states import NeedStatus
from innovation.notices import actions as notices
from innovation.people.models import Unit, User
from innovation.rules import reasons
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle import pathway, queries
from pilots.lifecycle.actions.leads import check_may_lead
from pilots.lifecycle.actions.sponsors import (
    asked_at_opening,
    check_may_sponsor,
    name_sponsor,
    tell_asked,
)
from pilots.lifecycle.models import LONGEST_WEEKS, Pathway, PathwayRaise, Pilot, SiteGoLive
from pilots.lifecycle.permissions import (
    check_can_edit_charter,
    check_can_open_pilot,
    check_can_raise_pathway,
)

CHARTER_FIELDS = (
    "title",
    "summary",
    "hypothesis",
    "change",
    "starts_on",
    "ends_on",
    "sites",
    "sponsor",
    "lead",
    "silent",
    "least_weeks",
    "scale_at_target",
)


@atomic
def open_pilot(
    *,
    by: User,
    at: datetime,
    title: str,
    summary: str,
    unit: Unit,
    lead: User,
    needs: Iterable[Need],
    idea: Idea | None = None,
    sponsor: User | None = None,
) -> Pilot:
    """Open a pilot that answers these needs, with an idea behind it or none yet.

    Accepted needs move to “in a pilot”; one that another pilot answers already may have two. Whoever is
    named as its sponsor is asked.
    """
    check_can_open_pilot(by, unit)
    check_may_lead(lead, unit)
    check_may_sponsor(sponsor, unit)
    needs = sorted(set(needs), key=lambda need: need.pk)
    if not needs:
        raise Malformed(_("A pilot answers at least one need. Choose one that was accepted."))
    for need in needs:
        workflow.lock(need)
        if need.status not in (NeedStatus.ACCEPTED, NeedStatus.IN_PILOT):
            raise Refused(
                _("“%(need)s” is “%(status)s”; a pilot can begin once a need is accepted.")
                % {"need": need.title, "status": need.get_status_display()}
            )
    if idea is not None:
        workflow.lock(idea)
        if idea.status not in (IdeaStatus.PROPOSED, IdeaStatus.IN_PILOT):
            raise Refused(
                _("The idea “%(idea)s” is “%(status)s”; take it back up first.")
                % {"idea": idea.title, "status": idea.get_status_display()}
            )
    pilot = Pilot.objects.create(
        title=title,
        summary=summary,
        unit=unit,
        lead=lead,
        idea=idea,
        opened_by=by,
        opened_at=at,
        **asked_at_opening(sponsor, by=by, at=at),
    )
    pilot.needs.set(needs)
    for need in needs:
        if need.status == NeedStatus.ACCEPTED:
            needs_actions.start_pilot(need, by=by, at=at, pilot_title=title)
    if idea is not None and idea.status == IdeaStatus.PROPOSED:
        ideas.start_pilot(idea, by=by, at=at, pilot_title=title)
    asked: dict[str, Any] = (
        {"sponsor_asked": audit.named(pilot.sponsor_asked)} if pilot.sponsor_asked else {}
    )
    audit.record(
        "pilot.opened",
        pilot,
        by=by,
        at=at,
        also=(*needs, *([idea] if idea else [])),
        lead=audit.named(lead),
        **asked,
    )
    tell_asked(pilot, by=by, at=at)
    return pilot


@atomic
def edit_charter(pilot: Pilot, *, by: User, at: datetime, **fields: Any) -> Pilot:
    """Change the charter, while the pilot is being shaped. Whoever is named as its sponsor is asked."""
    if unknown := set(fields) - set(CHARTER_FIELDS):
        raise TypeError(f"a charter has no {', '.join(sorted(unknown))}")
    workflow.lock(pilot)
    check_can_edit_charter(by, pilot)
    sites = fields.pop("sites", None)
    sponsor = {"person": fields.pop("sponsor")} if "sponsor" in fields else {}
    changed = [name for name, value in fields.items() if getattr(pilot, name) != value]
    values = {
        name: [audit.as_text(getattr(pilot, name)), audit.as_text(fields[name])] for name in changed
    }
    for name in changed:
        setattr(pilot, name, fields[name])
    if "lead" in changed:
        check_may_lead(pilot.lead, pilot.unit)
    if not 1 <= pilot.least_weeks <= LONGEST_WEEKS:
        raise Malformed(_("A pilot runs for at least 1 to 104 weeks."))
    if pilot.starts_on and pilot.ends_on and pilot.ends_on <= pilot.starts_on:
        raise Malformed(_("The end must come after the start."))
    if changed:
        pilot.save(update_fields=changed)
    if sites is not None:
        _check_sites(sites, pilot.unit)
    if sites is not None and set(pilot.sites.values_list("pk", flat=True)) != {
        site.pk for site in sites
    }:
        pilot.sites.set(sites)
        # A day that was planned for a place where it is not to run any more goes with it.
        planned = SiteGoLive.objects.filter(pilot=pilot, went_live_on=None)
        planned.exclude(unit__in=queries.units_of_sites(pilot)).delete()
        changed.append("sites")
    if changed:
        fields_said = [str(Pilot._meta.get_field(name).verbose_name) for name in changed]  # type: ignore[union-attr]
        audit.record("pilot.charter_edited", pilot, by=by, at=at, fields=fields_said, values=values)
    if sponsor:
        name_sponsor(pilot, **sponsor, by=by, at=at)
    return pilot


def _check_sites(sites: Collection[Unit], unit: Unit) -> None:
    """A pilot runs in its unit and below: what others do is not its lead's to say."""
    within = {own.pk for own in unit.descendants(include_self=True)}
    if outside := sorted(site.name for site in sites if site.pk not in within):
        raise Malformed(
            _("%(site)s does not belong to %(unit)s. A pilot runs in its own unit and those below.")
            % {"site": ", ".join(outside), "unit": unit.name}
        )


@atomic
def answer_pathway(
    pilot: Pilot, *, answers: Mapping[str, str], by: User, at: datetime
) -> pathway.Result:
    """Keep the answers and the pathway they choose; a pathway of advice runs silently first."""
    workflow.lock(pilot)
    check_can_edit_charter(by, pilot)
    if pathway.missing(answers):
        raise Malformed(_("Answer every question: the pathway follows from all of them."))
    result = pathway.at_least(pathway.choose(answers), queries.least_pathway(pilot))
    before = pilot.pathway
    pilot.pathway = result.pathway
    pilot.pathway_answers = {"rules": pathway.RULES_VERSION, **pathway.relevant(answers)}
    if result.pathway in pathway.SILENT_FIRST:
        pilot.silent = True
    elif before in pathway.SILENT_FIRST:
        pilot.silent = False
    pilot.save(update_fields=["pathway", "pathway_answers", "silent"])
    raised: dict[str, Any] = {"before": before} if before and before != result.pathway else {}
    audit.record(
        "pilot.pathway_chosen",
        pilot,
        by=by,
        at=at,
        pathway=str(result.pathway.label),
        because=str(result.because[0]),
        **raised,
    )
    return result


@atomic
def raise_pathway(pilot: Pilot, *, to: str, reason: str, by: User, at: datetime) -> PathwayRaise:
    """A reviewer puts the pilot on a pathway that owes more proof. A pathway of advice runs silently first."""
    workflow.lock(pilot)
    check_can_raise_pathway(by, pilot)
    reason = reasons.required(reason)
    if to not in Pathway.values:
        raise Malformed(_("Choose a pathway."))
    higher, before = Pathway(to), Pathway(pilot.pathway)
    if pathway.ORDER.index(higher) <= pathway.ORDER.index(before):
        raise Refused(_("A reviewer raises a pathway. It is “%s” now.") % before.label)
    made = PathwayRaise.objects.create(pilot=pilot, pathway=higher, reason=reason, at=at, by=by)
    pilot.pathway = higher
    if higher in pathway.SILENT_FIRST:
        pilot.silent = True
    pilot.save(update_fields=["pathway", "silent"])
    notices.notify(
        [pilot.lead, *([pilot.sponsor] if pilot.sponsor else [])],
        kind="pilots",
        title=_("“%(pilot)s” is on the pathway “%(pathway)s” now")
        % {"pilot": pilot.title, "pathway": higher.label},
        text=reason,
        about=pilot,
        url=reverse("pilots:pathway", args=[pilot.pk]),
        at=at,
        but=by,
    )
    audit.record(
        "pilot.pathway_raised",
        pilot,
        by=by,
        at=at,
        before=str(before.label),
        pathway=str(higher.label),
        reason=reason,
    )
    return made
