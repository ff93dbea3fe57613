"""What a pilot's page says first: where it grew from, where it stands, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innovation.audit import actions as audit
from innovation.needs.models import Need
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.numbers import number
from innovation.workflow.models import StateChange
from pilots.evidence.queries import DimensionVerdict
from pilots.gates import permissions as gate_permissions
from pilots.gates.models import GateReview
from pilots.lifecycle import checklist, permissions
from pilots.lifecycle import queries as lifecycle_queries
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED, PILOT, PilotStatus

LOG_EVERY_DAYS = 7
DONE, CURRENT, AHEAD, STOPPED = "done", "current", "ahead", "stopped"


def week_of(pilot: Pilot, today: date) -> int | None:
    """In which week of use it is, or was when it ended; None before it went live."""
    if pilot.went_live_on is None:
        return None
    return max((min(pilot.ended_on or today, today) - pilot.went_live_on).days // 7, 0) + 1


def stages(pilot: Pilot, today: date) -> list[tuple[str, str]]:
    """The track from shaping to scaled, with where the pilot is on it."""
    status = pilot.stands_at
    week = week_of(pilot, today)
    running = _("Running, week %(week)s") % {"week": week} if week else _("Running")
    ran = (
        ngettext("Ran %(week)s week", "Ran %(week)s weeks", week) % {"week": week}
        if week
        else _("Ran")
    )
    if status == PilotStatus.STOPPED:
        before = [_("Shaped")]
        if week:
            before += [_("Resources approved"), _("Prepared"), ran]
        return [*((label, DONE) for label in before), (_("Stopped"), STOPPED)]
    at = {
        PilotStatus.SHAPING: 0,
        PilotStatus.PROPOSED: 1,
        PilotStatus.APPROVED: 2,
        PilotStatus.PREPARING: 2,
        PilotStatus.RUNNING: 3,
        PilotStatus.EVALUATING: 4,
        PilotStatus.SCALED: 6,
        PilotStatus.WITHDRAWN: 6,
    }[status]
    labels = (
        (_("Shaped"), _("Being shaped"), _("Shape")),
        (_("Resources approved"), _("Waiting for resources"), _("Resources")),
        (_("Prepared"), _("Preparing"), _("Prepare")),
        (ran, running, _("Run")),
        (_("Decided"), _("Outcome gate"), _("Outcome gate")),
        (_("Scaled"), _("Scaled"), _("Scaled")),
    )
    track = [
        (done, DONE) if step < at else (now, CURRENT) if step == at else (ahead, AHEAD)
        for step, (done, now, ahead) in enumerate(labels)
    ]
    if status == PilotStatus.WITHDRAWN:
        track.append((_("Taken out of use"), STOPPED))
    if pilot.status == PilotStatus.PAUSED:
        label, _state = track[at]
        track[at] = (_("%(stage)s, paused") % {"stage": label}, CURRENT)
    return track


def grew_from(needs: Sequence[Need]) -> SafeString | str:
    """ "Grew from Ana Ruiz's need “…”, which 143 colleagues share." """
    if not needs:
        return _("It answers a need outside the units that your roles reach.")
    first = needs[0]
    link = format_html('<a href="{}">{}</a>', first.get_absolute_url(), first.title)
    voices = sum(need.voice_count for need in needs)
    if len(needs) > 1:
        sentence = ngettext(
            "Grew from “%(need)s” and %(others)s more needs, which %(voices)s colleague shares.",
            "Grew from “%(need)s” and %(others)s more needs, which %(voices)s colleagues share.",
            voices,
        )
        if len(needs) == 2:
            sentence = ngettext(
                "Grew from “%(need)s” and one more need, which %(voices)s colleague shares.",
                "Grew from “%(need)s” and one more need, which %(voices)s colleagues share.",
                voices,
            )
    elif first.anonymous:
        sentence = (
            ngettext(
                "Grew from the need “%(need)s”, which %(voices)s colleague shares.",
                "Grew from the need “%(need)s”, which %(voices)s colleagues share.",
                voices,
            )
            if voices
            else _("Grew from the need “%(need)s”.")
        )
    elif voices:
        sentence = ngettext(
            "Grew from %(who)s’s need “%(need)s”, which %(voices)s colleague shares.",
            "Grew from %(who)s’s need “%(need)s”, which %(voices)s colleagues share.",
            voices,
        )
    else:
        sentence = _("Grew from %(who)s’s need “%(need)s”.")
    pattern = (
        sentence.replace("{", "{{")
        .replace("}", "}}")
        .replace("%(need)s", "{need}")
        .replace("%(who)s", "{who}")
        .replace("%(voices)s", "{voices}")
        .replace("%(others)s", "{others}")
    )
    return format_html(
        pattern,
        need=link,
        who=first.submitter_name,
        voices=number(voices),
        others=len(needs) - 1,
    )


def verdicts(found: Sequence[DimensionVerdict]) -> list[tuple[str, str, str, str]]:
    """The verdict strip, each linked to the chart that it stands on; nothing without numbers."""
    if all(one.verdict == "no_data" for one in found):
        return []
    return [
        (one.label, one.verdict, one.sentence, f"#metric-{one.metric.pk}" if one.metric else "")
        for one in found
    ]


@dataclass(frozen=True)
class Step:
    """A button of the next-step card; `posts` ones do it at once, the others lead to a page."""

    label: str
    url: str
    kind: str = "quiet"
    posts: bool = False


@dataclass(frozen=True)
class Next:
    """What has to happen now, who does it, and what is still missing for it."""

    title: str
    sentence: str
    tone: str = ""
    steps: tuple[Step, ...] = ()
    checks: tuple[checklist.Checked, ...] = ()
    met: int = 0
    of: int = 0
    quiet: tuple[Step, ...] = field(default=())


def next_step(
    pilot: Pilot, user: User, *, review: GateReview | None, today: date, logged_on: date | None
) -> Next | None:
    """The card at the top of the page, as this person may act on it; None where it is over."""
    may_lead = bool(permissions.can_lead(user, pilot))
    may_edit = bool(permissions.can_edit_pilot(user, pilot))
    status = PilotStatus(pilot.status)
    quiet = _aside(pilot, user)
    if status == PilotStatus.SHAPING:
        return _shaping(pilot, may_lead=may_lead, quiet=quiet) if may_edit else None
    if review is not None and review.decided_at is None:
        return _waits(review, user, quiet)
    if status == PilotStatus.APPROVED and may_edit:
        steps = (
            (Step(_("Start preparing"), _url("pilot-prepare", pilot), "primary", posts=True),)
            if may_lead
            else ()
        )
        return Next(
            _("Start preparing"),
            _("People and money are there. Connect the sources, train, and collect the baseline."),
            "turn",
            steps,
            quiet=quiet,
        )
    if status == PilotStatus.PREPARING and may_edit:
        checks = tuple(checklist.checklist(pilot, Gate.GO_LIVE))
        missing = tuple(checklist.missing(checks))
        kind = "quiet" if missing else "primary"
        if GateReview.objects.approval_to_go_live(pilot) is not None:
            ready = _("Going live is approved, and everything is ready to start.")
            step = Step(_("Go live"), _url("pilot-go-live", pilot), kind)
        else:
            ready = _("Everything is ready. Somebody outside the team decides whether it starts.")
            step = Step(_("Ask to go live"), _url("pilot-go-live-ask", pilot), kind)
        return Next(
            _("Go live"),
            _("Once these hold, it can start.") if missing else ready,
            "turn",
            (step,) if may_lead else (),
            checks=missing,
            met=len(checks) - len(missing),
            of=len(checks),
            quiet=quiet,
        )
    if status == PilotStatus.RUNNING and permissions.can_write_log(user, pilot):
        return _running(pilot, may_lead=may_lead, quiet=quiet, today=today, logged_on=logged_on)
    if status == PilotStatus.PAUSED:
        return _paused(pilot, user, may_lead=may_lead, quiet=quiet)
    return Next("", "", quiet=quiet) if quiet else None


def _shaping(pilot: Pilot, *, may_lead: bool, quiet: tuple[Step, ...]) -> Next:
    checks = tuple(checklist.checklist(pilot, Gate.RESOURCES))
    missing = tuple(checklist.missing(checks))
    steps: tuple[Step, ...] = ()
    if not missing and may_lead:
        steps = (Step(_("Ask for resources"), _url("pilot-propose", pilot), "primary"),)
    sentence = (
        _("Nobody can decide on it before these are there.")
        if missing
        else _("Everything the gate asks for is there.")
    )
    return Next(
        _("Shape it"),
        sentence,
        "turn",
        steps,
        checks=missing,
        met=len(checks) - len(missing),
        of=len(checks),
        quiet=quiet,
    )


def _running(
    pilot: Pilot, *, may_lead: bool, quiet: tuple[Step, ...], today: date, logged_on: date | None
) -> Next:
    """Past its end, a log that is due, or nothing that presses."""
    log = Step(_("Write the log"), _url("pilot-log-write", pilot))
    ask: tuple[Step, ...] = ()
    if may_lead:
        ask = (Step(_("Ask for a decision"), _url("pilot-evaluate", pilot)),)
    clock = lifecycle_queries.clock_of(pilot, today=today)
    if may_lead and clock is not None and clock.is_over:
        return Next(
            _("Its time is over"),
            _("Ask for a decision on what was measured, or stop it. Nothing else goes on."),
            "turn",
            (replace(ask[0], kind="primary"),),
            quiet=(log, *quiet),
        )
    if may_lead and pilot.ends_on and pilot.ends_on < today:
        return Next(
            _("It was to end on %(day)s") % {"day": dates.day_in_words(pilot.ends_on)},
            _("Ask for a decision on what was measured, or stop it."),
            "turn",
            (replace(ask[0], kind="primary"),),
            quiet=(log, *quiet),
        )
    last = max(filter(None, (logged_on, pilot.went_live_on)), default=None)
    if last is not None and (today - last).days < LOG_EVERY_DAYS:
        return Next("", "", quiet=(log, *ask, *quiet))
    return Next(
        _("This week"),
        _("A few lines in the log keep everybody with you. “No progress” is fine."),
        "turn",
        (replace(log, kind="primary"),),
        quiet=(*ask, *quiet),
    )


def _paused(pilot: Pilot, user: User, *, may_lead: bool, quiet: tuple[Step, ...]) -> Next:
    """Who paused it and why, and who says that it may go on, for everybody; for these, the way on."""
    hold = permissions.open_hold(pilot)
    steps: tuple[Step, ...] = ()
    if permissions.can_resume(user, pilot):
        label = _("Resume") if hold is None or hold.paused else _("Lift the pause for safety")
        steps = (Step(label, _url("pilot-resume", pilot), "primary"),)
    if hold is not None:
        said = _("%(who)s, %(when)s: “%(reason)s”") % {
            "who": hold.placed_by.name,
            "when": dates.moment_in_words(hold.placed_at),
            "reason": hold.reason,
        }
        judges = lifecycle_queries.judges_of_safety(pilot)
        who = (
            _("%(names)s, or a deputy, says when it may go on; its team and its sponsor do not.")
            % {"names": get_text_list([one.name for one in judges], _("or"))}
            if judges
            else _("Nobody is a safety reviewer here who could let it go on: ask an administrator.")
        )
        title = _("It is paused for safety")
        if not hold.paused:
            who += " " + _("It was paused before, and stays so until who leads it resumes it.")
        return Next(title, f"{said} {who}", "turn" if steps else "", steps, quiet=quiet)
    last = StateChange.objects.of(audit.ref(pilot)).first()
    why = (
        _("%(who)s paused it: “%(reason)s”") % {"who": last.by.name, "reason": last.reason}
        if last is not None and last.by is not None
        else ""
    )
    if not may_lead:
        return Next(_("It is paused"), why, quiet=quiet)
    return Next(
        _("It is paused"),
        f"{why} {_('Resume it once the reason is gone, or stop it.')}".strip(),
        "turn",
        steps,
        quiet=quiet,
    )


def _waits(review: GateReview, user: User, quiet: tuple[Step, ...]) -> Next:
    decides = bool(gate_permissions.can_decide(user, review))
    page = review.get_absolute_url()
    if decides:
        return Next(
            _("Waiting for your decision"),
            {
                Gate.RESOURCES: _("People, money and the plan to measure it, on one page."),
                Gate.GO_LIVE: _("Whether it may start, with what was checked, on one page."),
            }.get(Gate(review.gate), _("What was said beside what was measured, on one page.")),
            "turn",
            (Step(_("Look and decide"), page, "primary"),),
            quiet=quiet,
        )
    asked = _("%(who)s asked for it.") % {"who": review.opened_by.name}
    if review.gate == Gate.SUSTAINED:
        asked = _("It was scaled, and somebody outside decides whether it stays.")
    return Next(
        _("Waiting for a decision"),
        asked,
        "",
        (Step(_("See what they see"), page),),
        quiet=quiet,
    )


def _aside(pilot: Pilot, user: User) -> tuple[Step, ...]:
    """Steps that are possible and never the next one."""
    status = PilotStatus(pilot.status)
    steps = []
    if status in PILOT["pause"].sources and permissions.can_pause(user, pilot):
        steps.append(Step(_("Pause"), _url("pilot-pause", pilot)))
    if (
        status == PilotStatus.PAUSED
        and permissions.judges_safety(user, pilot)
        and permissions.open_hold(pilot) is None
    ):
        steps.append(Step(_("Hold it for safety"), _url("pilot-pause", pilot)))
    if pilot.silent and status == PilotStatus.RUNNING and permissions.can_show_output(user, pilot):
        steps.append(Step(_("End the silent run"), _url("pilot-show-output", pilot)))
    if status not in ENDED and permissions.can_stop(user, pilot):
        steps.append(Step(_("Stop"), _url("pilot-stop", pilot)))
    return tuple(steps)


def _url(name: str, pilot: Pilot) -> str:
    return reverse(f"pilots:{name}", args=[pilot.pk])
