"""Tells the story of Lakeshore Health through the product's own verbs, day by day up to today.

Every step is an action with the person who took it and the moment it was taken, in the order of
time, so that the log, the ledger and the inboxes read as if the two years had happened. Numbers
are pulled from the demo hospital over HTTP like any source's.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from heapq import heappop, heappush
from random import Random
from typing import Any

from demo import adoption as preparing
from demo import goals as goal_stories
from demo import incentives as incentive_stories
from demo import learning as learning_stories
from demo import mentoring, protected_time, silent_run, time_returned
from demo import reviews as review_stories
from demo import surveys as pulse_stories
from demo import talent as talents
from demo.asked import ASKED, ASKED_ON, ASKED_WHY
from demo.hospital.calendar import Calendar
from demo.hospital.server import FHIR_TOKEN, REPORT_PASSWORD, REPORT_USER
from demo.needs import IDEAS, NEEDS, IdeaStory, NeedStory
from demo.people import CAST, COLLEAGUE_UNITS, FIRST, LAST, PASSWORD, UNITS
from demo.pilots import (
    FHIR,
    PILOTS,
    REST,
    ConditionStory,
    ExtensionStory,
    HappeningStory,
    LogStory,
    MetricStory,
    PanelStory,
    PilotStory,
    RiskStory,
    WaveStory,
)
from innovation.ideas import actions as ideas
from innovation.ideas.models import Idea
from innovation.needs import actions as needs
from innovation.needs.models import Need
from innovation.notices.kinds import kinds
from innovation.people import actions as people
from innovation.people.models import RoleGrant, Unit, User
from innovation.people.roles import needs_second_person
from innovation.rules import dates
from innovation.talent import actions as talent
from innovation.talent.models import HelpCall
from okrs.alignment import actions as alignment
from okrs.goals import actions as goals
from okrs.goals.models import Cycle, KeyResult, Objective
from pilots.accuracy import actions as accuracy
from pilots.accuracy.models import SilentRunResult
from pilots.accuracy.sheet import GivenResult
from pilots.assurance import actions as assurance
from pilots.assurance import queries as assurance_queries
from pilots.assurance.actions import GivenEvidence, GivenVerdict
from pilots.assurance.areas import ReviewArea
from pilots.delegation import actions as delegation
from pilots.evidence import actions as evidence
from pilots.funding import actions as funding
from pilots.funding.models import Award, BudgetLine, Fund
from pilots.gates import actions as gates
from pilots.gates.models import Decision, GateCondition, GateReview
from pilots.hazards import actions as hazards
from pilots.hazards import queries as hazard_queries
from pilots.hazards.catalogue import KNOWN
from pilots.learning import actions as learning
from pilots.learning import queries as learning_queries
from pilots.learning.models import LearningCard
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus
from pilots.metrics import actions as metrics
from pilots.metrics.models import Metric, Source
from pilots.milestones import actions as milestones
from pilots.milestones.models import Milestone
from pilots.planning import actions as planning
from pilots.risks import actions as risks
from pilots.safety import actions as safety
from pilots.safety.models import Harm, Incident, ToolPart
from pilots.scaling import actions as scaling
from pilots.scaling.models import ScalePlan
from pilots.staffing import actions as staffing
from pilots.staffing.models import Allocation, TimeRequest
from pilots.staffing.queries import answers_for
from pilots.sustaining import actions as sustaining
from pilots.sustaining.models import SustainedReview
from pilots.time_returned import actions as hours

FIRST_DAYS = "The first days of the installation, with one administrator."
BED_LOG_BEFORE = 26  # weeks before the bed board went live
EXPORTS = {
    "experience_file": ("Patient survey export", "patient-experience.csv"),
    "experience_groups_file": ("Patient survey by group", "patient-experience-groups.csv"),
    "letters_file": ("Discharge letters by ward", "letters-by-ward.csv"),
    "coding_file": ("Coding workbench export", "claims-coding.csv"),
    "readmissions_file": ("Readmissions with their risk", "readmissions.csv"),
    "turnover_file": ("Bed turnover export", "bed-turnover.csv"),
    "falls_file": ("Falls register", "falls.csv"),
    "video_file": ("Video service export", "broken.csv"),
}


class Story:
    """Collects steps with their moments, then takes them in order."""

    def __init__(self, today: date, hospital: str, *, say: Callable[[str], None]) -> None:
        self.today = today
        self.hospital = hospital
        self.say = say
        self.calendar = Calendar(today)
        self.steps: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self.turn = 0
        self.units: dict[str, Unit] = {}
        self.people: dict[str, User] = {}
        self.colleagues: list[User] = []
        self.needs: dict[str, Need] = {}
        self.ideas: dict[str, Idea] = {}
        self.pilots: dict[str, Pilot] = {}
        self.sources: dict[str, Source] = {}
        self.metrics: dict[tuple[str, str], Metric] = {}
        self.series: dict[tuple[str, str], list[Metric]] = {}
        self.asked: dict[str, TimeRequest] = {}
        self.calls: dict[str, HelpCall] = {}
        self.cycles: dict[str, Cycle] = {}
        self.objectives: dict[str, Objective] = {}
        self.key_results: dict[str, KeyResult] = {}
        self.funds: dict[int, Fund] = {}

    # Time

    def day(self, days_ago: int, hour: int = 9, minute: int = 0) -> datetime:
        return datetime.combine(self.today - timedelta(days=days_ago), time(hour, minute), UTC)

    def week(self, weeks_ago: int, hour: int = 10) -> datetime:
        """Some moment in the week that began `weeks_ago` Mondays ago."""
        monday = self.today - timedelta(days=self.today.weekday() + 7 * weeks_ago)
        return datetime.combine(monday + timedelta(days=weeks_ago % 4), time(hour), UTC)

    def then(self, at: datetime, step: Callable[[datetime], object]) -> None:
        """Take `step` at `at`; steps of one moment keep the order in which they were told."""
        self.turn += 1
        heappush(self.steps, (at, self.turn, step))

    def tell(self) -> None:
        self.found()
        for need in NEEDS:
            self.plan_need(need, NEEDS[need])
        for idea in IDEAS:
            self.plan_idea(idea, IDEAS[idea])
        self.plan_money()
        self.plan_sources()
        self.plan_goals()
        for pilot in PILOTS:
            self.plan_pilot(pilot, PILOTS[pilot])
        self.plan_silent_run()
        self.plan_reviews()
        self.plan_safety()
        self.plan_scaling()
        self.plan_endings()
        self.plan_learning()
        self.plan_authority()
        self.plan_time()
        mentoring.plan(self)
        time_returned.plan(self)
        pulse_stories.plan(self)
        incentive_stories.tell(self)
        self.plan_talent()
        protected_time.plan(self)
        while self.steps:
            at, _turn, step = heappop(self.steps)
            step(at)

    # People and units: they were there before the story begins

    def found(self) -> None:
        began = self.day(700)
        first, self.units["lakeshore"] = people.install(
            email=CAST["ada"].email,
            name=CAST["ada"].name,
            unit_name=UNITS["lakeshore"][0],
            at=began,
        )
        self.people["ada"] = first
        for key, (name, kind, parent) in UNITS.items():
            if parent is not None:
                self.units[key] = people.create_unit(
                    by=first, at=began, name=name, kind=kind, parent=self.units[parent]
                )
                first.refresh_from_db()
        for key, person in CAST.items():
            if key == "ada":
                continue
            user = people.create_person(
                by=first,
                at=began,
                email=person.email,
                name=person.name,
                unit=self.units[person.unit or "lakeshore"],
                job_title=person.job,
            )
            for role, unit in person.grants:
                if needs_second_person(role):  # of the first days, when Ada was alone
                    people.grant_from_command_line(
                        user, at=began, unit=self.units[unit], role=role, reason=FIRST_DAYS
                    )
                else:
                    people.grant(user, by=first, at=began, unit=self.units[unit], role=role)
            self.people[key] = user
        first.job_title = CAST["ada"].job
        first.set_password(PASSWORD)
        hashed = first.password
        first.save(update_fields=["job_title", "password"])
        # Nobody is mailed about the past; they want mail from today on (`load_demo`).
        for user in self.people.values():
            user.password, user.inbox_news = hashed, list(kinds())
            user.save(update_fields=["password", "inbox_news"])
        User.objects.filter(pk=self.people["victor"].pk).update(unit=None)
        # Colleagues exist to have added their voices; nobody signs in as them.
        names = [f"{first_name} {last}" for last in LAST for first_name in FIRST]
        self.colleagues = User.objects.bulk_create(
            User(
                email=f"{name.lower().replace(' ', '.')}@lakeshore.example",
                name=name,
                password="!",
                inbox_news=list(kinds()),
                unit=self.units[COLLEAGUE_UNITS[i % len(COLLEAGUE_UNITS)]],
            )
            for i, name in enumerate(names)
        )
        RoleGrant.objects.bulk_create(
            RoleGrant(
                person=user,
                unit=self.units["lakeshore"],
                role="staff",
                granted_at=began,
                granted_by=first,
            )
            for user in self.colleagues
        )
        self.say(f"{len(self.people)} named people, {len(self.colleagues)} colleagues")

    # Needs and ideas

    def plan_need(self, key: str, story: NeedStory) -> None:
        def submit(at: datetime) -> None:
            self.needs[key] = needs.submit(
                by=self.people[story.by],
                at=at,
                unit=self.units[story.unit],
                title=story.title,
                problem=story.problem,
                population=story.population,
                outcome=story.outcome,
                setting=story.setting,
                frequency=story.frequency,
                people_affected=story.people,
                minutes_lost=story.minutes,
                safety=story.safety,
                equity=story.equity,
                workaround=story.workaround,
                anonymous=story.anonymous,
            )

        self.then(self.day(story.days_ago, 3, 10), submit)
        settled = max(
            (days for verb, days, *_ in story.steps if verb in ("decline", "merge")),
            default=story.settled,
        )
        chosen = Random(key).sample(self.colleagues, min(story.voices, len(self.colleagues)))
        for i, colleague in enumerate(chosen):
            # Most voices come early, a few for as long as the need is open.
            share = (i / max(1, story.voices)) ** 3
            after = int(share * max(0, story.days_ago - settled - 1))
            self.then(
                self.day(story.days_ago - after, 8 + i % 10, i % 60),
                partial(self.add_voice, key, colleague),
            )
        for verb, days, by, words in story.steps:
            self.then(
                self.day(days, 13),
                partial(self.answer_need, key, verb, by, words),
            )

    def add_voice(self, key: str, by: User, at: datetime) -> None:
        needs.add_voice(self.needs[key], by=by, at=at, unit=by.unit)

    def answer_need(self, key: str, verb: str, by: str, words: str, at: datetime) -> None:
        need, person = self.needs[key], self.people[by]
        if verb == "take_up":
            needs.take_up(need, by=person, at=at)
        elif verb == "merge":
            needs.merge(
                need,
                into=self.needs[words],
                by=person,
                at=at,
                reason="The same trouble, said from intensive care. Together they weigh more.",
            )
        else:
            getattr(needs, verb)(need, by=person, at=at, reason=words)

    def plan_idea(self, key: str, story: IdeaStory) -> None:
        def propose(at: datetime) -> None:
            self.ideas[key] = ideas.propose(
                by=self.people[story.by],
                at=at,
                unit=self.units[story.unit],
                title=story.title,
                proposal=story.proposal,
                difference=story.difference,
                needs=[self.needs[need] for need in story.needs],
            )

        self.then(self.day(story.days_ago, 20), propose)
        for verb, days, by, words in story.steps:
            self.then(
                self.day(days, 15),
                partial(self.answer_idea, key, verb, by, words),
            )

    def answer_idea(self, key: str, verb: str, by: str, words: str, at: datetime) -> None:
        getattr(ideas, verb)(self.ideas[key], by=self.people[by], at=at, reason=words)

    # Money, sources, goals

    def plan_money(self) -> None:
        for back, amount in ((1, 180_000), (0, 900_000)):
            year = self.today.year - back
            opened = datetime(year, 1, 6, 9, tzinfo=UTC) if back == 0 else self.day(690)

            def open_fund(at: datetime, year: int = year, amount: int = amount) -> None:
                fund = funding.create_fund(
                    by=self.people["sam"],
                    at=at,
                    name="Innovation fund",
                    unit=self.units["lakeshore"],
                    fiscal_year=year,
                    second_approval_above=Decimal(250_000),
                )
                funding.deposit(
                    fund,
                    amount=Decimal(amount),
                    on=at.date(),
                    note="Board resolution",
                    key=f"board-{year}",
                    by=self.people["sam"],
                    at=at,
                )
                self.funds[year] = fund

            self.then(min(opened, self.day(692)) if back else opened, open_fund)

    def plan_sources(self) -> None:
        def connect(at: datetime) -> None:
            ada = self.people["ada"]
            basic = {"auth": "basic", "username": REPORT_USER}
            steward = "the hospital's integration team, extension 4410"
            self.sources[FHIR] = metrics.create_source(
                by=ada,
                at=at,
                unit=self.units["lakeshore"],
                name="Lakeshore FHIR",
                kind="fhir_counts",
                config={"base_url": f"{self.hospital}/fhir", "auth": "bearer"},
                secrets={"token": FHIR_TOKEN},
                steward=steward,
            )
            self.sources[REST] = metrics.create_source(
                by=ada,
                at=at,
                unit=self.units["lakeshore"],
                name="Lakeshore reporting interface",
                kind="rest_json",
                config={"base_url": f"{self.hospital}/api/v1", **basic},
                secrets={"password": REPORT_PASSWORD},
                steward=steward,
            )
            for key, (name, file) in EXPORTS.items():
                self.sources[key] = metrics.create_source(
                    by=ada,
                    at=at,
                    unit=self.units["lakeshore"],
                    name=name,
                    kind="csv_url",
                    config={"url": f"{self.hospital}/exports/{file}", **basic},
                    secrets={"password": REPORT_PASSWORD},
                    steward="Priscilla Moor, video services, extension 2031"
                    if key == "video_file"
                    else steward,
                )
            self.sources["bed_log"] = metrics.create_source(
                by=ada,
                at=at,
                unit=self.units["lakeshore"],
                name="Bed log, by file",
                kind="csv_upload",
                config={},
                steward="the bed office",
            )

        self.then(self.day(689), connect)

    def plan_goals(self) -> None:
        for key, story in goal_stories.OBJECTIVES.items():
            name, first, last = goal_stories.cycle(self.today, story.cycle)
            opened = max(
                datetime.combine(first - timedelta(days=12), time(9), UTC),
                self.day(goal_stories.BEGAN),
            )

            def set_objective(
                at: datetime,
                key: str = key,
                story: goal_stories.ObjectiveStory = story,
                name: str = name,
                first: date = first,
                last: date = last,
            ) -> None:
                sponsor = self.people[story.sponsor]
                if name not in self.cycles:
                    self.cycles[name] = goals.create_cycle(
                        by=self.people["amara"],
                        at=at,
                        unit=self.units["lakeshore"],
                        name=name,
                        starts_on=first,
                        ends_on=last,
                    )
                objective = goals.create_objective(
                    by=sponsor,
                    at=at,
                    cycle=self.cycles[name],
                    unit=self.units[story.unit],
                    title=story.title,
                    why=story.why,
                    sponsor=sponsor,
                    parent=self.objectives.get(story.parent) if story.parent else None,
                )
                self.objectives[key] = objective
                for result, told in story.key_results.items():
                    start, target = told.numbers
                    self.key_results[f"{key}.{result}"] = goals.add_key_result(
                        objective,
                        by=sponsor,
                        at=at,
                        title=told.title,
                        start=start,
                        target=target,
                        measure_unit=told.unit,
                    )
                    for pilot, claimed in told.claims:
                        if pilot in self.pilots and self.is_chartered(pilot):
                            self.claim(pilot, f"{key}.{result}", claimed, sponsor, at)

            self.then(opened, set_objective)

    # Pilots

    def plan_pilot(self, key: str, story: PilotStory) -> None:
        self.then(self.week(story.opened, 9), lambda at: self.open_pilot(key, story, at))
        self.then(self.week(story.opened, 11), lambda at: self.write_charter(key, story, at))
        if story.proposed is None:
            self.then(self.week(story.opened, 12), lambda at: self.serve_goals(key, story, at))
        else:
            self.then(self.week(story.proposed, 9), lambda at: self.propose(key, story, at))
        if story.panel is not None:
            self.then(self.week(story.panel.weeks, 9), partial(self.ask_panel, key, story.panel))
        if story.approved is not None:
            self.then(self.week(story.approved, 16), lambda at: self.approve(key, story, at))
            self.then(self.week(story.approved, 17), lambda at: self.prepare(key, at))
            if story.condition is not None and story.condition.seen:
                looked = self.week(story.approved - 3, 15)
                self.then(looked, partial(self.verify, key, story.condition))
        if story.live is not None:
            live = datetime.combine(
                self.today - timedelta(days=self.today.weekday() + 7 * story.live), time(7), UTC
            )
            self.then(live - timedelta(days=12), lambda at: self.give_evidence(key, at))
            if key == "sepsis":
                self.then(live - timedelta(days=12, hours=-1), self.write_hazards)
                self.then(live - timedelta(days=10), self.judge_hazards)
            self.then(live - timedelta(days=9), lambda at: self.judge_evidence(key, at))
            self.then(live - timedelta(days=8), lambda at: self.conclude_reviews(key, at))
            self.then(live, lambda at: self.go_live(key, at))
        for wave in story.waves:
            begins = datetime.combine(self.monday(wave.live), time(8), UTC)
            self.then(begins, partial(self.site_goes_live, key, wave))
        if story.extended is not None:
            self.plan_extension(key, story.extended)
        for line, weeks, amount, note in story.spent:
            self.then(
                self.week(weeks, 14),
                partial(self.spend, key, line, amount, note),
            )
        for line, weeks, amount, note, why in story.asked:
            self.then(self.week(weeks, 14), partial(self.ask_overrun, key, line, amount, note, why))
        for one in story.happened:
            self.then(self.day(one.noted, 16), partial(self.note, key, one))
        for entry in story.log:
            self.then(self.week(entry[0], 15), partial(self.write_log, key, entry))
        for weeks, mentor, text in story.advised:
            self.then(self.week(weeks, 16), partial(self.advise, key, mentor, text))
        preparing.tell(self, key, story.opened)
        for weeks, what, due, reached, note in story.milestones:
            self.then(self.week(weeks, 11), partial(self.set_milestone, key, what, due))
            if reached is not None:
                self.then(self.week(reached, 11), partial(self.reach, key, what, note))
        for risk in story.risks:
            self.then(self.week(risk[0], 12), partial(self.record_risk, key, risk))

    def plan_extension(self, key: str, told: ExtensionStory) -> None:
        """More time at the outcome gate, and each whose time would end is asked for the weeks that come."""
        ask = self.week(told.asked, 9)

        def decide(at: datetime) -> None:
            pilot, until = self.pilots[key], self.monday(told.until)
            pilot.refresh_from_db()
            before = pilot.ends_on
            gates.decide_outcome(
                GateReview.objects.get(pilot=pilot, decided_at=None),
                decision=Decision.EXTEND,
                until=until,
                reason=told.reason,
                against=told.against,
                by=self.people[told.by],
                at=at,
            )
            assert before is not None
            for one in Allocation.objects.filter(pilot=pilot, ends_on=before).order_by("pk"):
                asked = staffing.ask(
                    pilot,
                    person=one.person,
                    role=one.member.role,
                    percent=one.percent,
                    starts_on=dates.days_after(before, 1),
                    ends_on=until,
                    why=ASKED_ON,
                    by=self.lead(key),
                    at=at,
                )
                self.agree(asked, at)

        self.then(ask, lambda at: self.pull(key, at))
        self.then(
            ask + timedelta(hours=2),
            lambda at: gates.ask_for_decision(
                self.pilots[key], by=self.lead(key), at=at, case=told.case
            ),
        )
        self.then(self.week(told.decided, 16), decide)

    def set_milestone(self, key: str, what: str, due: int, at: datetime) -> None:
        pilot, day = self.pilots[key], self.monday(due)
        milestones.add(pilot, what=what, due_on=day, by=self.lead(key), at=at)

    def reach(self, key: str, what: str, note: str, at: datetime) -> None:
        milestone = Milestone.objects.get(pilot=self.pilots[key], what=what)
        milestones.reach(milestone, on=dates.day_of(at), note=note, by=self.lead(key), at=at)

    def record_risk(self, key: str, risk: RiskStory, at: datetime) -> None:
        _weeks, what, weight, chance, done, owner, again = risk
        risks.record(
            self.pilots[key],
            what=what,
            weight=weight,
            chance=chance,
            done=done,
            owner=self.people[owner],
            look_on=dates.days_after(dates.day_of(at), 7 * again),
            by=self.lead(key),
            at=at,
        )

    def open_pilot(self, key: str, story: PilotStory, at: datetime) -> None:
        self.pilots[key] = lifecycle.open_pilot(
            by=self.people["maya"],
            at=at,
            title=story.title,
            summary=story.summary,
            unit=self.units[story.unit],
            lead=self.people[story.lead],
            needs=[self.needs[need] for need in story.needs],
            idea=self.ideas[story.idea] if story.idea else None,
            sponsor=self.people[story.sponsor],
        )
        asked = self.people[story.sponsor]
        lifecycle.answer_sponsor(self.pilots[key], agrees=True, by=asked, at=at)

    def advise(self, key: str, mentor: str, text: str, at: datetime) -> None:
        lifecycle.advise(self.pilots[key], text=text, by=self.people[mentor], at=at)

    def write_log(self, key: str, entry: LogStory, at: datetime) -> None:
        _weeks, by, status, done, coming, blockers, learned = entry
        blocked = status == "blocked"
        lifecycle.write_log(
            self.pilots[key],
            by=self.people[by],
            at=at,
            status=status,
            done=done,
            next=coming,
            blockers=blockers,
            learned=learned,
            owner=self.people[by] if blocked else None,
            due_on=dates.days_after(dates.day_of(at), 10) if blocked else None,
        )

    def note(self, key: str, one: HappeningStory, at: datetime) -> None:
        """What else happened, as somebody noted it."""
        pilot = self.pilots[key]
        pilot.refresh_from_db()
        evidence.note_happening(
            pilot,
            kind=one.kind,
            text=one.text,
            happened_on=self.day(one.days).date(),
            last_on=None if one.last is None else self.day(one.last).date(),
            metric=None if one.metric is None else self.metrics[key, one.metric],
            by=self.people[one.by],
            at=at,
        )

    def write_charter(self, key: str, story: PilotStory, at: datetime) -> None:
        pilot, lead = self.pilots[key], self.people[story.lead]
        starts = (
            self.week(story.live) if story.live is not None else at + timedelta(weeks=8)
        ).date()
        starts -= timedelta(days=starts.weekday())
        if story.live is None and story.approved is None:
            starts = max(starts, self.today + timedelta(weeks=4))
        ends = starts + timedelta(weeks=story.weeks)
        lifecycle.edit_charter(
            pilot,
            by=lead,
            at=at,
            hypothesis=story.hypothesis,
            change=story.change,
            starts_on=starts,
            ends_on=ends,
            sites=[self.units[site] for site in story.sites],
            silent=story.silent,
        )
        lifecycle.answer_pathway(pilot, answers=story.answers, by=lead, at=at)
        preparing.with_the_charter(self, key, at)
        if pilot.silent:
            accuracy.promise(pilot, by=lead, at=at, **silent_run.PROMISE)
        for person, role, percent in story.team:
            asked = staffing.ask(
                pilot,
                person=self.people[person],
                role=role,
                percent=percent,
                starts_on=max(at.date(), starts - timedelta(weeks=4)),
                ends_on=ends,
                why=ASKED_WHY[role],
                by=lead,
                at=at,
            )
            self.agree(asked, at)
        funding.set_request(
            pilot,
            fund=self.funds.get(at.year) or self.funds[max(self.funds)],
            lines=[
                {"category": category, "description": what, "amount": Decimal(amount)}
                for category, what, amount in story.lines
            ],
            by=lead,
            at=at,
        )
        for name in story.metrics:
            first = self.first_day_of(key, name)
            if first < at.date():
                self.plan_metric(key, name, at)
            else:
                # What cannot be counted before something began is planned when it has begun.
                begun = datetime.combine(first + timedelta(days=2), time(8), UTC)
                self.then(begun, partial(self.plan_metric, key, name))
        for wave in story.waves:
            lifecycle.plan_site(
                pilot,
                unit=self.units[wave.unit],
                planned_on=self.monday(wave.planned),
                by=lead,
                at=at,
            )
        for name in story.metrics:
            self.compare(key, name, at)

    def agree(self, asked: TimeRequest, at: datetime) -> None:
        """Who is asked says yes, and whoever leads their unit where it is asked, too."""
        if asked.said_yes_at is None:
            staffing.agree(asked, by=asked.person, at=at)
        if asked.waits_for_unit and asked.unit is not None:
            staffing.agree_for_unit(asked, by=answers_for(asked.unit, asked)[0], at=at)

    def plan_time(self) -> None:
        """Noor asks for three colleagues: one has not answered, one said no, one unit is asked."""
        self.then(self.day(6, 9), self.ask_for_time)
        self.then(self.day(4, 16), self.say_no)
        self.then(self.day(2, 8), self.say_yes)

    def ask_for_time(self, at: datetime) -> None:
        pilot = self.pilots["rounding"]
        pilot.refresh_from_db()
        starts = pilot.starts_on or dates.day_of(at)
        for person, role, percent, why, cover in ASKED:
            self.asked[person] = staffing.ask(
                pilot,
                person=self.people[person],
                role=role,
                percent=percent,
                starts_on=starts,
                ends_on=dates.days_after(starts, 7 * 12),
                why=why,
                cover=cover,
                by=self.people["noor"],
                at=at,
            )

    def say_no(self, at: datetime) -> None:
        words = "Two of us are on leave until March. Ask me again then."
        staffing.decline(self.asked["marta"], words=words, by=self.people["marta"], at=at)

    def say_yes(self, at: datetime) -> None:
        staffing.agree(self.asked["ana"], by=self.people["ana"], at=at)

    def plan_talent(self) -> None:
        """Twelve of them want to be found; three calls for help, and what was offered."""
        for number, key in enumerate(talents.PROFILES):
            self.then(self.day(90 - 5 * number, 15), partial(self.be_found, key))
        self.then(self.day(40, 15), self.add_skills)
        for key, call in talents.CALLS.items():
            self.then(self.day(call["ago"], 11), partial(self.call_for_help, key))
        for offer in talents.OFFERS:
            self.then(self.day(offer[3], 12), partial(self.offer_help, offer))

    def be_found(self, key: str, at: datetime) -> None:
        discipline, line, skills, own_words, wishes, open_for = talents.PROFILES[key]
        talent.show(
            by=self.people[key],
            at=at,
            discipline=discipline,
            line=line,
            skills=skills,
            own_words=own_words,
            wishes=wishes,
            open_for=open_for,
        )

    def add_skills(self, at: datetime) -> None:
        for name in talents.ADDED_SKILLS:
            unit = self.units["lakeshore"]
            talent.add_skill(name=name, unit=unit, by=self.people["maya"], at=at)

    def call_for_help(self, key: str, at: datetime) -> None:
        told = talents.CALLS[key]
        things, name = told["about"]
        thing = getattr(self, things)[name]
        self.calls[key] = talent.ask(
            about=f"{thing._meta.model_name}:{thing.pk}",
            what=told["what"],
            skills=told["skills"],
            time=told["time"],
            until=dates.days_after(self.today, told["lasts"]),
            by=self.people[told["by"]],
            at=at,
        )

    def offer_help(self, offer: tuple[str, str, str, int, bool | None, str], at: datetime) -> None:
        key, person, words, _ago, yes, answer = offer
        call = self.calls[key]
        made = talent.offer(call, words=words, by=self.people[person], at=at)
        if yes is not None:
            verb = talent.accept if yes else talent.decline
            verb(made, words=answer, by=call.asked_by, at=at + timedelta(hours=5))

    def monday(self, weeks_ago: int) -> date:
        return self.today - timedelta(days=self.today.weekday() + 7 * weeks_ago)

    def compare(self, key: str, name: str, at: datetime) -> None:
        """Name what a metric is compared with, and take it apart into groups: by the office, which
        reads the numbers of all hospitals."""
        told, office = PILOTS[key].metrics[name], self.people["maya"]
        if not (told.sites or told.groups):
            return
        metric = self.metrics[key, name]
        metric.pilot = self.pilots[key]
        found = self.series[key, name] = []
        for unit in told.sites:
            found.append(self.same_number(metric, told, unit=self.units[unit], at=at))
        if found:
            metrics.add_siblings(metric, series=found, kind="site", by=office, at=at)
        for label, entity in told.groups:
            one = self.same_number(
                metric, told, unit=metric.unit, at=at, entity=entity, label=label
            )
            metrics.add_sibling(metric, series=one, kind="group", label=label, by=office, at=at)
            found.append(one)

    def same_number(
        self,
        metric: Metric,
        told: MetricStory,
        *,
        unit: Unit,
        at: datetime,
        entity: str = "",
        label: str = "",
    ) -> Metric:
        """The series of another unit, or of a group, from the file that has them all."""
        binding = {**told.binding, "entity_value": entity or unit.name}
        if label:
            binding["entity_column"] = "group"
        return metrics.create_metric(
            by=self.people["ada"],
            at=at,
            unit=unit,
            name=f"{told.name}: {label}" if label else told.name.replace("4 West", unit.name),
            definition=f"{told.definition}, {label}"
            if label
            else told.definition.replace("4 West", unit.name),
            kind=told.kind,
            measure_unit=told.measure_unit,
            direction=told.direction,
            dimension=told.dimension,
            cadence=told.cadence,
            source=self.sources[told.groups_source if label else told.source],
            binding=binding,
            pull_from=metric.pull_from,
        )

    def site_goes_live(self, key: str, wave: WaveStory, at: datetime) -> None:
        pilot = self.pilots[key]
        pilot.refresh_from_db()
        lifecycle.site_goes_live(
            pilot,
            unit=self.units[wave.unit],
            on=self.monday(wave.live),
            by=self.lead(key),
            at=at,
            reason=wave.reason,
        )

    def plan_metric(self, key: str, name: str, at: datetime) -> None:
        pilot, told = self.pilots[key], PILOTS[key].metrics[name]
        pilot.refresh_from_db()
        first = self.first_day_of(key, name)
        if told.source == "bed_log":
            self.upload_bed_log(at)
        assert pilot.starts_on is not None, "a pilot is measured when its charter says from when"
        baseline_until = min(pilot.starts_on - timedelta(days=1), at.date())
        self.metrics[key, name] = metrics.create_metric(
            by=self.lead(key),
            at=at,
            pilot=pilot,
            unit=pilot.unit,
            name=told.name,
            definition=told.definition,
            role=told.role,
            kind=told.kind,
            measure_unit=told.measure_unit,
            direction=told.direction,
            dimension=told.dimension,
            cadence=told.cadence,
            target=Decimal(told.target) if told.target else None,
            limit=Decimal(told.limit) if told.limit else None,
            margin=Decimal(told.margin) if told.margin else None,
            baseline_from=first if first <= self.calendar.begins else None,
            baseline_until=baseline_until if first <= self.calendar.begins else None,
            steady_from=told.steady[0],
            steady_because=told.steady[1],
            source=self.sources[told.source],
            binding=told.binding,
            pull_from=first,
        )

    def first_day_of(self, key: str, name: str) -> date:
        """Some numbers exist only since something began; the bed office kept its log before any system did."""
        if key == "beds":
            return self.monday((PILOTS["beds"].live or 0) + BED_LOG_BEFORE)
        if (key, name) == ("ambient", "active"):
            return self.calendar.ambient_live
        if (key, name) in (("sepsis", "confirmed"), ("sepsis", "flagged")):
            return self.calendar.sepsis_silent
        return self.calendar.begins

    def is_chartered(self, pilot: str) -> bool:
        self.pilots[pilot].refresh_from_db()
        return self.pilots[pilot].status != PilotStatus.SHAPING

    def claim(
        self, pilot: str, key_result: str, claimed: str | None, by: User, at: datetime
    ) -> None:
        alignment.contribute(
            self.pilots[pilot],
            key_result=self.key_results[key_result],
            claimed=Decimal(claimed) if claimed else None,
            by=by,
            at=at,
        )

    def serve_goals(self, key: str, story: PilotStory, at: datetime) -> None:
        """Name the key results a pilot serves, as far as they are set by then; later cycles tie
        it to theirs."""
        for objective, told in goal_stories.OBJECTIVES.items():
            for result, wanted in told.key_results.items():
                if f"{objective}.{result}" in self.key_results:
                    for pilot, claimed in wanted.claims:
                        if pilot == key:
                            self.claim(
                                key, f"{objective}.{result}", claimed, self.people[story.lead], at
                            )

    def propose(self, key: str, story: PilotStory, at: datetime) -> None:
        self.serve_goals(key, story, at)
        for one in learning_queries.to_read(self.pilots[key]):
            learning.mark_read(one.card, pilot=self.pilots[key], by=self.people[story.lead], at=at)
        gates.propose(
            self.pilots[key],
            by=self.people[story.lead],
            at=at,
            case=story.case if story.approved is None else "",
        )

    def ask_panel(self, key: str, story: PanelStory, at: datetime) -> None:
        """Opened, rated a day later, and recorded where the story says why."""
        pilot, lead = self.pilots[key], self.lead(key)
        asked = [self.people[person] for person in story.asked]
        panel = planning.open_panel(pilot, people=asked, by=lead, at=at)
        for name, definition in story.candidates:
            planning.add_candidate(panel, name=name, definition=definition, by=lead, at=at)
        candidates = list(panel.candidates.all())
        later = at + timedelta(days=1)
        for person, scores in story.ratings.items():
            given = {
                candidate.pk: (score, story.comments.get(person, "") if not place else "")
                for place, (candidate, score) in enumerate(zip(candidates, scores, strict=True))
            }
            planning.rate(panel, ratings=given, by=self.people[person], at=later)
        if story.reason:
            planning.close(
                panel,
                chosen=[one.pk for one in candidates if one.name in story.chosen],
                reason=story.reason,
                by=lead,
                at=later + timedelta(hours=3),
            )

    def foresee(self, key: str, at: datetime) -> None:
        """What the plan of a pilot can answer, as a worker would have worked it out."""
        for (pilot, _name), metric in self.metrics.items():
            if pilot == key:
                planning.work_out(metric.pk, at=at)

    def approve(self, key: str, story: PilotStory, at: datetime) -> None:
        pilot = self.pilots[key]
        review = GateReview.objects.get(pilot=pilot, decided_at=None)
        given = False
        for executive in ("amara", "frank", "rosa"):
            if review.decided_at is None and executive != story.sponsor:
                gates.decide_resources(
                    review,
                    approve=True,
                    reason=story.approval,
                    conditions=self.conditions(story, at) if not given else [],
                    by=self.people[executive],
                    at=at,
                )
                given = True
                review.refresh_from_db()

    def verify(self, key: str, condition: ConditionStory, at: datetime) -> None:
        gates.verify(
            GateCondition.objects.get(review__pilot=self.pilots[key]),
            note=condition.seen,
            by=self.people[condition.verifier],
            at=at,
        )

    def conditions(self, story: PilotStory, at: datetime) -> list[gates.NewCondition]:
        one = story.condition
        if one is None:
            return []
        return [
            gates.NewCondition(
                one.text,
                self.people[one.owner],
                at.date() + timedelta(days=one.days),
                self.people[one.verifier],
            )
        ]

    def decider(self, key: str) -> User:
        """An executive who does not sponsor it."""
        return self.people["frank" if PILOTS[key].sponsor == "amara" else "amara"]

    def prepare(self, key: str, at: datetime) -> None:
        lifecycle.prepare(self.pilots[key], by=self.lead(key), at=at)

    def name_product(self, key: str, at: datetime) -> None:
        told = review_stories.PRODUCTS[key]
        product = assurance.register_product(**vars(told), by=self.lead(key), at=at)
        assurance.name_product(self.pilots[key], product, by=self.lead(key), at=at)

    def reviews(self, key: str, at: datetime) -> assurance_queries.PilotReviews:
        fresh = Pilot.objects.prefetch_related(*assurance_queries.READS)
        return assurance_queries.reviews_of(fresh.get(pk=self.pilots[key].pk), today=at.date())

    def give_evidence(self, key: str, at: datetime) -> None:
        """The short form, where it is asked; and a piece of evidence on every topic."""
        if key in review_stories.PRODUCTS:
            self.name_product(key, at)
        pilot, lead = self.pilots[key], self.lead(key)
        asked = self.reviews(key, at)
        for pack in asked.short:
            holds = {one.key: (True, "") for one in pack.questions}
            assurance.attest(pilot, pack.key, holds=holds, by=lead, at=at)
        words = review_stories.SEPSIS if key == "sepsis" else review_stories.WORK
        for topic in asked.topics:
            of_product = key == "sepsis" and topic in review_stories.ABOUT_THE_PRODUCT
            given = GivenEvidence(topic=topic, text=words[topic], of_product=of_product)
            assurance.give(pilot, given, by=lead, at=at)

    def reviewer(self, area: str) -> User:
        """Those who are on no team: Helen, Omar and Grace work on some of these pilots."""
        return self.people[
            {
                ReviewArea.PRIVACY: "nadia",
                ReviewArea.SECURITY: "nadia",
                ReviewArea.SAFETY: "ruth",
                ReviewArea.DATA_AI: "mina",
                ReviewArea.OPERATIONS: "tomas",
            }[ReviewArea(area)]
        ]

    def judge_evidence(self, key: str, at: datetime) -> None:
        for assessment in self.pilots[key].assessments.select_related("pilot"):
            verdicts = [GivenVerdict(one.pk, "accepted") for one in assessment.answers.all()]
            assurance.judge(assessment, verdicts, by=self.reviewer(assessment.area), at=at)

    def conclude_reviews(self, key: str, at: datetime) -> None:
        said = review_stories.CONCLUSIONS if key == "sepsis" else review_stories.OF_WORK
        for assessment in self.pilots[key].assessments.select_related("pilot"):
            by = self.reviewer(assessment.area)
            if (key, assessment.area) == ("sepsis", ReviewArea.SAFETY):
                assurance.set_condition(
                    assessment,
                    text=review_stories.CONDITION,
                    owner=self.lead(key),
                    due_on=self.today + timedelta(days=16),
                    by=by,
                    at=at,
                )
            assurance.conclude(assessment, conclusion=said[assessment.area], by=by, at=at)

    def write_hazards(self, at: datetime) -> None:
        """From the starting catalogue, with what is done about each."""
        lead = self.lead("sepsis")
        for told in review_stories.SEPSIS_HAZARDS:
            known = KNOWN[told.key]
            hazard = hazards.record(
                self.pilots["sepsis"],
                title=str(known.title),
                cause=str(known.cause),
                effect=str(known.effect),
                controls=told.controls,
                severity=known.severity,
                likelihood=known.likelihood,
                by=lead,
                at=at,
            )
            hazards.plan_control(
                hazard, text=told.more, owner=lead, due_on=at.date() + timedelta(days=3),
                by=lead, at=at,
            )  # fmt: skip

    def judge_hazards(self, at: datetime) -> None:
        """What is left once the controls are in place; safety signs the log."""
        pilot, lead = self.pilots["sepsis"], self.lead("sepsis")
        told = {str(KNOWN[one.key].title): one for one in review_stories.SEPSIS_HAZARDS}
        for hazard in pilot.hazards.select_related("pilot"):
            for control in hazard.further.select_related("hazard__pilot"):
                hazards.finish_control(control, by=lead, at=at)
            left = told[hazard.title]
            hazards.judge(
                hazard, severity=left.severity, likelihood=left.likelihood, reason=left.why,
                by=lead, at=at,
            )  # fmt: skip
        seen = hazard_queries.digest(hazard_queries.log_of(pilot).content)
        hazards.sign(
            pilot,
            seen=seen,
            reason=review_stories.SIGNED_BECAUSE,
            by=self.reviewer(ReviewArea.SAFETY),
            at=at + timedelta(hours=4),
        )

    def plan_reviews(self) -> None:
        """What is under way: one pilot is being reviewed, and the product of another has changed."""
        self.then(self.day(9, 15), lambda at: self.give_evidence("interpreters", at))
        self.then(self.day(5, 10), self.ask_back)
        self.then(self.day(3, 11), self.change_version)
        self.then(self.day(2, 10), self.ask_opinion)
        self.then(self.day(2, 14), self.report_condition)

    def ask_back(self, at: datetime) -> None:
        found = self.pilots["interpreters"].assessments.select_related("pilot")
        assessment = found.get(area=ReviewArea.OPERATIONS)
        verdicts = [
            GivenVerdict(one.pk, "asked", review_stories.ASKED_BACK)
            if one.question == "training"
            else GivenVerdict(one.pk, "accepted")
            for one in assessment.answers.all()
        ]
        assurance.judge(assessment, verdicts, by=self.people["tomas"], at=at)

    def change_version(self, at: datetime) -> None:
        product = assurance_queries.product_of(self.pilots["sepsis"])
        assert product is not None
        version, changed = review_stories.NEW_VERSION
        assurance.change_version(
            product, version=version, changed=changed, by=self.lead("sepsis"), at=at
        )

    def ask_opinion(self, at: datetime) -> None:
        found = self.pilots["interpreters"].assessments.select_related("pilot__unit")
        assurance.ask_opinion(
            found.get(area=ReviewArea.SAFETY),
            of=self.people["helen"],
            question=review_stories.OPINION_ASKED,
            by=self.reviewer(ReviewArea.SAFETY),
            at=at,
        )

    def report_condition(self, at: datetime) -> None:
        reviewed = self.pilots["sepsis"].assessments.get(area=ReviewArea.SAFETY)
        condition = reviewed.conditions.select_related("assessment__pilot__unit").get()
        note = review_stories.CONDITION_DONE
        assurance.report_condition(condition, note=note, by=self.lead("sepsis"), at=at)

    def lead(self, key: str) -> User:
        return self.people[PILOTS[key].lead]

    def go_live(self, key: str, at: datetime) -> None:
        """Approved outside the team in the morning, and begun."""
        self.pull(key, at - timedelta(hours=1))
        review = gates.ask_to_go_live(self.pilots[key], by=self.lead(key), at=at)
        gates.decide_go_live(review, approve=True, by=self.decider(key), at=at)
        gates.go_live(self.pilots[key], on=at.date(), by=self.lead(key), at=at)

    def pull(self, key: str, at: datetime) -> None:
        """Pull every metric of a pilot, and what it is compared with, as it would have been pulled at
        that moment."""
        for (pilot, _name), found in self.series.items():
            for one in found if pilot == key else ():
                one.refresh_from_db()
                pull = metrics.request_pull(one, by=self.people["ada"], at=at)
                metrics.run_pull(pull.pk, at=at)
        for (pilot, _name), metric in self.metrics.items():
            if pilot == key and metric.pull_from < at.date():
                metric.refresh_from_db()
                pull = metrics.request_pull(metric, by=self.lead(key), at=at)
                metrics.run_pull(pull.pk, at=at)
                evidence.watch(metric.pk, at=at)

    def ask_overrun(
        self, key: str, line: int, amount: int, note: str, why: str, at: datetime
    ) -> None:
        award = Award.objects.get(pilot=self.pilots[key])
        lines = list(BudgetLine.objects.filter(request__pilot=self.pilots[key]).order_by("pk"))
        funding.ask_overrun(
            award,
            line=lines[line],
            amount=Decimal(amount),
            on=dates.day_of(at),
            note=note,
            reason=why,
            key=f"{key}-{line}-{at:%Y%m%d}",
            by=self.lead(key),
            at=at,
        )

    def spend(self, key: str, line: int, amount: int, note: str, at: datetime) -> None:
        award = Award.objects.get(pilot=self.pilots[key])
        lines = list(BudgetLine.objects.filter(request__pilot=self.pilots[key]).order_by("pk"))
        funding.spend(
            award,
            line=lines[line],
            amount=Decimal(amount),
            on=at.date(),
            note=note,
            key=f"{key}-{line}-{at:%Y%m%d}",
            by=self.lead(key),
            at=at,
        )

    # What a silent run counted

    def plan_silent_run(self) -> None:
        """Each week is recorded in the next one, the ages when all are there."""
        live, last = self.calendar.sepsis_silent, len(silent_run.WEEKS) - 1
        for number in range(last + 1):
            counts = silent_run.AS_FIRST_COUNTED if number == silent_run.MISCOUNTED else None
            given = silent_run.week(number, live, counts)
            self.then(self.week(last + 1 - number, 13), partial(self.count_silent_run, [given]))
        self.then(self.day(4, 13), self.correct_silent_run)
        self.then(self.day(4, 14), partial(self.count_silent_run, silent_run.by_age(live)))

    def count_silent_run(self, given: list[GivenResult], at: datetime) -> None:
        door = "form" if len(given) == 1 else "file"
        accuracy.record(
            self.pilots["sepsis"], given, entered_by=door, by=self.lead("sepsis"), at=at
        )

    def correct_silent_run(self, at: datetime) -> None:
        given = silent_run.week(silent_run.MISCOUNTED, self.calendar.sepsis_silent)
        row = SilentRunResult.objects.current().get(
            pilot=self.pilots["sepsis"], period_from=given.period_from, grouping=""
        )
        accuracy.correct(row, given, reason=silent_run.WHY_CORRECTED, by=self.lead("sepsis"), at=at)

    # What went wrong, or nearly did

    def plan_safety(self) -> None:
        """A near miss that was answered, one without a name that waits, and a stop that was asked for."""
        told: list[Incident] = []

        def tell(key: str, by: str, at: datetime, **fields: Any) -> None:
            told.append(
                safety.report(
                    self.pilots[key],
                    by=self.people[by],
                    at=at,
                    happened_on=at.date(),
                    **fields,
                )
            )

        self.then(
            self.week(3, 15),
            lambda at: tell(
                "ambient",
                "ana",
                at,
                what="The draft said the left knee, the visit was about the right one. It was seen before"
                " it was signed.",
                harm=Harm.NEAR_MISS,
                tool=ToolPart.YES,
            ),
        )
        self.then(
            self.week(2, 11),
            lambda at: safety.answer(
                told[0],
                accepted=True,
                harm=Harm.NEAR_MISS,
                words="Thank you. Sides are marked in every draft now, and have to be ticked before it"
                " can be signed.",
                by=self.people["helen"],
                at=at,
            ),
        )
        self.then(
            self.day(1, 14),
            lambda at: tell(
                "letters",
                "ben",
                at,
                what="A letter went out with the list of medicines of the day before.",
                harm=Harm.NONE,
                tool=ToolPart.UNSURE,
                anonymous=True,
            ),
        )
        self.then(
            self.day(1, 16),
            lambda at: safety.ask_stop(
                self.pilots["letters"],
                what="Two letters today named the wrong ward. Nobody has time to check them on the round.",
                by=self.people["ben"],
                at=at,
            ),
        )

    # What happens after scaling: a plan before it, and a look half a year later

    def plan_scaling(self) -> None:
        def write(key: str, at: datetime, **said: Any) -> None:
            scaling.write(self.pilots[key], by=self.lead(key), at=at, **said)

        self.then(
            self.week(56, 11),
            lambda at: write(
                "beds",
                at,
                training="A quarter of an hour in each team's hand-over, by its champion.",
            ),
        )
        self.then(
            self.week(44, 11),
            lambda at: write(
                "beds",
                at,
                owner=self.people["grace"],
                running_cost=Decimal(21_000),
                integration="It reads the bed log and writes nothing; the bed office looks after it.",
            ),
        )
        self.then(
            self.week(43, 11),
            lambda at: scaling.answer(
                ScalePlan.objects.get(pilot=self.pilots["beds"]),
                agrees=True,
                words="Gladly, once the night shifts use it.",
                by=self.people["grace"],
                at=at,
            ),
        )
        self.then(
            self.week(36, 11),
            lambda at: write(
                "beds",
                at,
                taking_out="Switch the page off and give the bed office its telephone line back; the log stays.",
            ),
        )
        self.then(
            self.day(30, 11),
            lambda at: write(
                "ambient",
                at,
                owner=self.people["yusuf"],
                training="One afternoon for each clinic, and a champion on each corridor.",
                integration="It drafts into the note that is signed; nothing else is connected.",
            ),
        )
        self.then(self.week(7, 6), partial(self.look_at_scaled, "beds"))
        self.then(
            self.week(7, 15),
            lambda at: sustaining.answer(
                self.look("beds"),
                seen="The wards use it at once. Housekeeping at night still calls, as half of the night"
                " team is new and was never shown the page.",
                people_using=64,
                people_could=142,
                cost=Decimal(10_900),
                by=self.people["grace"],
                at=at,
            ),
        )
        self.then(
            self.week(6, 15),
            lambda at: sustaining.decide(
                self.look("beds"),
                decision=Decision.LOOK_AGAIN,
                weeks=5,
                reason="It is worth its money once the nights use it. Show the new team, then we look again.",
                by=self.people["frank"],
                at=at,
            ),
        )
        self.then(self.day(4, 6), partial(self.look_at_scaled, "beds"))
        self.then(
            self.day(2, 11),
            lambda at: sustaining.answer(
                self.look("beds"),
                seen="All of the night team was shown the page. Calls to the bed office are down to a"
                " handful a week, and nobody would go back.",
                people_using=121,
                people_could=142,
                cost=Decimal(12_700),
                by=self.people["grace"],
                at=at,
            ),
        )

    def look(self, key: str) -> SustainedReview:
        return SustainedReview.objects.waiting().for_list().get(review__pilot=self.pilots[key])

    def look_at_scaled(self, key: str, at: datetime) -> None:
        """What the workers do by themselves: pull its numbers, and open the look that is due."""
        self.pull(key, at)
        sustaining.open_due(at=at)

    # How pilots end, and what stands open today

    def plan_endings(self) -> None:
        def finish(key: str, weeks: int, decision: str, by: str, reason: str) -> None:
            ask = self.week(weeks + 1, 9)
            self.then(ask, lambda at: self.pull(key, at))
            self.then(
                ask + timedelta(hours=2),
                lambda at: gates.ask_for_decision(
                    self.pilots[key], by=self.lead(key), at=at, case=PILOTS[key].case
                ),
            )
            self.then(
                self.week(weeks, 16),
                lambda at: gates.decide_outcome(
                    GateReview.objects.get(pilot=self.pilots[key], decided_at=None),
                    decision=decision,
                    reason=reason,
                    by=self.people[by],
                    at=at,
                ),
            )

        finish(
            "beds",
            34,
            Decision.SCALE,
            "frank",
            "Known seventeen minutes sooner, nothing marked clean that was not. Every ward gets it.",
        )
        finish(
            "reminders",
            19,
            Decision.STOP,
            "amara",
            "Calls changed nothing, and now we know why: people cannot get there, they do not forget. The"
            " next idea starts from the bus, not the phone. Thank you for finding out in twenty weeks.",
        )
        for key in ("claims", "sepsis", "interpreters", "letters", "sitter", "ambient"):
            self.then(self.day(4, 6), partial(self.pull, key))
        for key in ("sepsis", "interpreters", "sitter"):
            self.then(self.day(4, 7), partial(self.foresee, key))
        self.then(
            self.day(3, 9),
            lambda at: gates.ask_for_decision(
                self.pilots["ambient"], by=self.lead("ambient"), at=at, case=PILOTS["ambient"].case
            ),
        )
        self.then(self.day(2, 15), self.amend_a_limit)
        self.then(self.day(1, 9), self.measure_goals)
        self.then(self.day(1, 10), lambda at: hours.make_up(at=at))

    def plan_learning(self) -> None:
        """Leads write down what the next team should know."""

        def complete(key: str, at: datetime) -> None:
            told = learning_stories.CARDS[key]
            learning.publish(
                LearningCard.objects.get(pilot=self.pilots[key]),
                problem=told.problem,
                tried=told.tried,
                seen=told.seen,
                works_for=told.works_for,
                next_team=told.next_team,
                ask=self.lead(key),
                by=self.lead(key),
                at=at,
            )

        for key, told in learning_stories.CARDS.items():
            self.then(self.week(told.weeks, 15), partial(complete, key))

    def plan_authority(self) -> None:
        """Finance asks for signatures, safety has a concern, and Amara goes on leave."""
        self.then(self.day(5, 9), self.ask_for_signatures)
        self.then(
            self.day(2, 11),
            lambda at: gates.dissent(
                GateReview.objects.get(pilot=self.pilots["ambient"], decided_at=None),
                text="Nobody has counted yet how often a draft leaves an allergy out. Count that before"
                " every clinic gets it.",
                by=self.people["helen"],
                at=at,
            ),
        )
        self.then(self.day(1, 10), self.delegate)

    def ask_for_signatures(self, at: datetime) -> None:
        for fund in self.funds.values():
            funding.set_approvals(
                fund,
                second_approval_above=fund.second_approval_above,
                sign_above=Decimal(100_000),
                approvals_in_order=False,
                by=self.people["sam"],
                at=at,
            )

    def delegate(self, at: datetime) -> None:
        asked = delegation.offer(
            to=self.people["noor"],
            unit=self.units["brigid"],
            gates=["resources", "go_live"],
            up_to=Decimal(150_000),
            starts_on=self.today,
            ends_on=self.today + timedelta(days=13),
            reason="I am on leave for two weeks.",
            by=self.people["amara"],
            at=at,
        )
        self.then(
            at + timedelta(hours=5),
            lambda later: delegation.answer(asked, accept=True, by=self.people["noor"], at=later),
        )

    def amend_a_limit(self, at: datetime) -> None:
        """A lead asks for another limit of a guardrail; it waits for somebody outside the team."""
        turnover = Metric.objects.select_related("pilot", "source", "unit").get(
            pk=self.metrics["letters", "turnover"].pk
        )
        metrics.edit_metric(
            turnover,
            by=self.lead("letters"),
            at=at,
            reason="5 East moved to the new wing: the same cleaning takes the longer way.",
            limit=Decimal(95),
        )

    def measure_goals(self, at: datetime) -> None:
        for objective, told in goal_stories.OBJECTIVES.items():
            for result, wanted in told.key_results.items():
                if wanted.measure is not None:
                    alignment.measure(
                        self.key_results[f"{objective}.{result}"],
                        metric=self.metrics[wanted.measure],
                        by=self.people["maya"],
                        at=at,
                    )

    def upload_bed_log(self, at: datetime) -> None:
        """The bed office's file, to the last whole week."""
        if getattr(self, "_bed_log", False):
            return
        self._bed_log = True
        chance = Random(20)
        live = self.monday(PILOTS["beds"].live or 0)
        text = io.StringIO()
        rows = csv.writer(text)
        rows.writerow(["week", "beds", "minutes", "sent_back"])
        week = self.first_day_of("beds", "known")
        while week < self.today - timedelta(weeks=1):
            weeks_live = (week - live).days // 7
            settled = 1 - math.exp(-(weeks_live + 1) / 2) if weeks_live >= 0 else 0
            beds = 940 + chance.randint(-60, 60)
            minutes = 38.4 - 17.2 * settled + chance.gauss(0, 1.4)
            sent_back = sum(chance.random() < 0.021 for _bed in range(beds))
            rows.writerow([week, beds, f"{minutes:.1f}", sent_back])
            week += timedelta(weeks=1)
        metrics.upload_file(
            self.sources["bed_log"],
            name="bed-log.csv",
            content=text.getvalue().encode(),
            by=self.people["ada"],
            at=at,
        )
