"""A metric panel: opened by the lead, rated by those who were invited, closed with the set that is measured."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules import constraints, reasons
from innovation.rules.refusal import Malformed, Refused
from innovation.rules.text import visible
from innovation.rules.transactions import atomic
from innovation.workflow import actions as workflow
from pilots.lifecycle.models import Pilot
from pilots.metrics.models import Metric
from pilots.planning.agreement import HIGHEST, LOWEST
from pilots.planning.models import MetricPanel, PanelCandidate, PanelRating, PanelSeat
from pilots.planning.permissions import check_can_open_panel, check_can_rate, check_can_run_panel

MOST_CANDIDATES = 40


@atomic
def open_panel(pilot: Pilot, *, people: Sequence[User], by: User, at: datetime) -> MetricPanel:
    """Put the metrics that are planned so far to these people; further candidates follow in words."""
    workflow.lock(pilot)
    check_can_open_panel(by, pilot)
    with constraints.explained():
        panel = MetricPanel.objects.create(pilot=pilot, opened_by=by, opened_at=at)
    audit.record(
        "panel.opened", panel, by=by, at=at, also=(pilot,), unit_id=pilot.unit_id,
        pilot=audit.named(pilot),
    )  # fmt: skip
    for metric in pilot.metrics.order_by("pk"):
        _add(panel, name=metric.name, definition=metric.definition, metric=metric, by=by, at=at)
    for person in people:
        invite(panel, person=person, by=by, at=at)
    return panel


@atomic
def add_candidate(
    panel: MetricPanel, *, name: str, definition: str, by: User, at: datetime
) -> PanelCandidate:
    """One more thing that could be measured, in words."""
    workflow.lock(panel)
    check_can_run_panel(by, panel)
    if panel.candidates.count() >= MOST_CANDIDATES:
        raise Refused(_("Nobody rates more than %(n)s candidates.") % {"n": MOST_CANDIDATES})
    return _add(panel, name=name, definition=definition, metric=None, by=by, at=at)


def _add(
    panel: MetricPanel, *, name: str, definition: str, metric: Metric | None, by: User, at: datetime
) -> PanelCandidate:
    with constraints.explained():
        candidate = PanelCandidate.objects.create(
            panel=panel, name=visible(name), definition=visible(definition), metric=metric
        )
    audit.record(
        "panel.candidate_added", panel, by=by, at=at, also=(panel.pilot,),
        unit_id=panel.pilot.unit_id, name=candidate.name, definition=candidate.definition,
    )  # fmt: skip
    return candidate


@atomic
def invite(panel: MetricPanel, *, person: User, by: User, at: datetime) -> PanelSeat:
    """Ask somebody to rate; they are told, and it waits for them."""
    workflow.lock(panel)
    check_can_run_panel(by, panel)
    if not person.is_active:
        raise Refused(_("%(person)s does not work here any more.") % {"person": person.name})
    with constraints.explained():
        seat = PanelSeat.objects.create(panel=panel, person=person, invited_at=at, invited_by=by)
    audit.record(
        "panel.invited", panel, by=by, at=at, also=(panel.pilot, person),
        unit_id=panel.pilot.unit_id, person=audit.named(person),
    )  # fmt: skip
    notices.notify(
        [person],
        kind="pilots",
        title=_("What should “%(pilot)s” measure?") % {"pilot": panel.pilot.title},
        text=_("%(who)s asks you to rate what it could be judged by, from 1 to 9.")
        % {"who": by.name},
        about=panel.pilot,
        url=panel.get_absolute_url(),
        at=at,
        but=by,
    )
    return seat


@atomic
def rate(
    panel: MetricPanel, *, ratings: Mapping[int, tuple[int, str]], by: User, at: datetime
) -> None:
    """What somebody says of the candidates, by number: a score from 1 to 9 and a comment, which may be
    empty. What they said before of the same ones is replaced."""
    workflow.lock(panel)
    check_can_rate(by, panel)
    seat = panel.seats.get(person=by)
    candidates = {candidate.pk: candidate for candidate in panel.candidates.all()}
    if not ratings:
        raise Malformed(_("Rate at least one candidate."))
    if not ratings.keys() <= candidates.keys():
        raise Malformed(_("Rate the candidates of this panel."))
    if any(not LOWEST <= score <= HIGHEST for score, _comment in ratings.values()):
        raise Malformed(_("A rating is from 1 to 9."))
    for key, (score, comment) in ratings.items():
        PanelRating.objects.update_or_create(
            candidate=candidates[key],
            seat=seat,
            defaults={"score": score, "comment": visible(comment), "at": at},
        )
    audit.record(
        "panel.rated", panel, by=by, at=at, also=(panel.pilot,), unit_id=panel.pilot.unit_id,
        ratings={candidates[key].name: score for key, (score, _comment) in ratings.items()},
    )  # fmt: skip


@atomic
def close(
    panel: MetricPanel, *, chosen: Collection[int], reason: str, by: User, at: datetime
) -> MetricPanel:
    """Record the set that is measured, and why; nothing in the panel changes from now on."""
    workflow.lock(panel)
    check_can_run_panel(by, panel)
    reason = reasons.required(reason)
    candidates = list(panel.candidates.all())
    if not set(chosen) <= {candidate.pk for candidate in candidates}:
        raise Malformed(_("Choose among the candidates of this panel."))
    if not chosen:
        raise Malformed(_("Choose at least one candidate."))
    if not PanelRating.objects.filter(seat__panel=panel).exists():
        raise Refused(_("Nobody has rated yet, so there is nothing to record."))
    for candidate in candidates:
        candidate.chosen = candidate.pk in chosen
    PanelCandidate.objects.bulk_update(candidates, ["chosen"])
    panel.closed_at, panel.closed_by, panel.reason = at, by, reason
    panel.save(update_fields=["closed_at", "closed_by", "reason"])
    names = [candidate.name for candidate in candidates if candidate.chosen]
    audit.record(
        "panel.closed", panel, by=by, at=at, also=(panel.pilot,), unit_id=panel.pilot.unit_id,
        chosen=get_text_list(names, _("and")), reason=reason,
    )  # fmt: skip
    notices.notify(
        [seat.person for seat in panel.seats.select_related("person")],
        kind="pilots",
        title=_("“%(pilot)s” measures %(chosen)s")
        % {"pilot": panel.pilot.title, "chosen": get_text_list(names, _("and"))},
        text=reason,
        about=panel.pilot,
        url=panel.get_absolute_url(),
        at=at,
        but=by,
    )
    return panel
