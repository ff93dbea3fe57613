"""Who may open the pages of pilots, teams, money and gates. The pilots are led by Jonas."""

from datetime import timedelta
from typing import Any

from pilots.funding.models import Fund
from pilots.lifecycle import actions as lifecycle
from pilots.lifecycle.models import SiteGoLive
from pilots.staffing import actions as staffing
from pilots.staffing.models import TimeRequest
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.house.routes import EVERYBODY, HERE, NOBODY, Row, only

TODAY = NOW.date()
OPENERS = only("maya", "jonas", "hugo")
TEAM = only("maya", "jonas")  # the lead and the office
ASKED = only("maya")  # to lead it
PAUSE = TEAM | only("amara", "helen")  # and whoever answers for safety
STOP = TEAM  # and the sponsor, Rosa
MONEY = only("maya", "jonas", "amara", "helen", "sam", "otto")
READS_FUNDS = MONEY | only("hugo")
FINANCE = only("sam")


def a_need_to_place(cast: Cast) -> dict[str, Any]:
    return {"pk": make.make_need(cast).pk}


def a_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": make.open_pilot(cast).pk}


def a_shaped_pilot(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    make.shape(cast, pilot, make.make_fund(cast))
    return {"pk": pilot.pk}


def an_approved_pilot(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    make.approve(cast, pilot, make.make_fund(cast))
    return {"pk": pilot.pk}


def a_running_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": make.run(cast, make.open_pilot(cast), make.make_fund(cast)).pk}


def _with_a_site(cast: Cast) -> SiteGoLive:
    """A running pilot of which one site is to go live in two weeks."""
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    return lifecycle.plan_site(
        pilot,
        unit=cast.medicine,
        planned_on=TODAY + timedelta(weeks=2),
        by=cast.jonas,
        at=NOW,
        reason="It moves in two weeks.",
    )


def a_planned_site(cast: Cast) -> dict[str, Any]:
    return {"pk": _with_a_site(cast).pk}


def a_live_site(cast: Cast) -> dict[str, Any]:
    site = _with_a_site(cast)
    lifecycle.site_goes_live(
        site.pilot, unit=site.unit, on=TODAY, by=cast.jonas, at=NOW, reason="Earlier."
    )
    return {"pk": site.pk}


def a_lead_offer(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    offer = lifecycle.offer_lead(pilot, to=cast.maya, reason="I move.", by=cast.jonas, at=NOW)
    return {"pk": offer.pk}


def a_pilot_to_sponsor(cast: Cast) -> dict[str, Any]:
    """Amara is asked to sponsor it."""
    pilot = make.open_pilot(cast, sponsor=None)
    lifecycle.edit_charter(pilot, sponsor=cast.amara, by=cast.jonas, at=NOW)
    return {"pk": pilot.pk}


def a_time_request(cast: Cast) -> dict[str, Any]:
    """Ana is asked for more than she gives by herself."""
    asked = staffing.ask(
        make.open_pilot(cast),
        person=cast.ana,
        role="member",
        percent=20,
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=30),
        why="You know it.",
        by=cast.jonas,
        at=NOW,
    )
    return {"pk": asked.pk}


def a_time_request_of_a_unit(cast: Cast) -> dict[str, Any]:
    """She would give it; her unit is asked."""
    found = a_time_request(cast)
    asked = TimeRequest.objects.for_list().get(pk=found["pk"])
    staffing.agree(asked, by=cast.ana, at=NOW)
    return found


def time_of_ones_own(cast: Cast) -> dict[str, Any]:
    """Ana is on the team."""
    made = make.on_team(
        make.open_pilot(cast),
        person=cast.ana,
        role="member",
        percent=10,
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=900),
        by=cast.jonas,
        at=NOW,
    )
    return {"pk": made.request_id}


def a_silent_pilot(cast: Cast) -> dict[str, Any]:
    charter = make.Charter(answers=make.DECISION_SUPPORT)
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast), charter)
    return {"pk": pilot.pk}


def a_paused_pilot(cast: Cast) -> dict[str, Any]:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    lifecycle.pause(pilot, reason="Two rooms lost power.", by=cast.jonas, at=NOW)
    return {"pk": pilot.pk}


def a_review(cast: Cast) -> dict[str, Any]:
    return {"pk": make.propose(cast, make.open_pilot(cast), make.make_fund(cast)).pk}


def a_condition(cast: Cast) -> dict[str, Any]:
    """Jonas sees to it, Helen verifies it; as could those who decide."""
    review = make.propose(cast, make.open_pilot(cast), make.make_fund(cast))
    return {"pk": make.approve_under_condition(cast, review).pk}


def an_allocation(cast: Cast) -> dict[str, Any]:
    made = make.on_team(
        make.open_pilot(cast),
        person=cast.priya,
        role="member",
        percent=10,
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=30),
        by=cast.jonas,
        at=NOW,
    )
    return {"pk": made.pk}


def a_fund(cast: Cast) -> dict[str, Any]:
    fund: Fund = make.make_fund(cast, unit=cast.brigid)
    return {"pk": fund.pk}


def an_expense(cast: Cast) -> dict[str, Any]:
    return {"pk": make.spend(cast, make.awarded(cast)).pk}


def an_overrun(cast: Cast) -> dict[str, Any]:
    return {"pk": make.ask_overrun(cast, make.awarded(cast)).pk}


def a_blocker(cast: Cast) -> dict[str, Any]:
    pilot = make.run(cast, make.open_pilot(cast), make.make_fund(cast))
    return {"pk": make.block(cast, pilot).pk}


def some_advice(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    return {"pk": make.advise(cast, pilot).pk}


def a_mentored_pilot(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    make.advise(cast, pilot)
    return {"pk": pilot.pk}


def a_receipt(cast: Cast) -> dict[str, Any]:
    return {"pk": make.add_receipt(cast, make.spend(cast, make.awarded(cast))).pk}


# Who decides and who reviews; mentors where the pilot has one.
CONCERNED = only("amara", "helen", "sam")

ROUTES: dict[str, Row] = {
    "pilots:pilot-list": Row(get=EVERYBODY),
    "pilots:pilot-detail": Row(get=HERE, kwargs=a_running_pilot),
    "pilots:pilot-evidence": Row(get=HERE, kwargs=a_running_pilot),
    "pilots:pilot-history": Row(get=HERE, kwargs=a_running_pilot),
    "pilots:pilot-open": Row(get=OPENERS, post=OPENERS),
    "pilots:charter": Row(get=HERE, post=TEAM, kwargs=a_pilot),
    "pilots:pathway-raise": Row(get=only("helen"), post=only("helen"), kwargs=a_shaped_pilot),
    "pilots:pathway": Row(get=HERE, post=TEAM, kwargs=a_pilot),
    "pilots:pathway-hint": Row(get=TEAM, kwargs=a_need_to_place),
    "pilots:pilot-log-write": Row(get=HERE, post=TEAM, kwargs=a_running_pilot),
    "pilots:pilot-prepare": Row(post=TEAM, kwargs=an_approved_pilot),
    "pilots:pilot-pause": Row(get=PAUSE, post=PAUSE, kwargs=a_running_pilot),
    "pilots:pilot-resume": Row(get=TEAM, post=TEAM, kwargs=a_paused_pilot),
    "pilots:pilot-show-output": Row(
        get=only("helen", "amara"), post=only("helen", "amara"), kwargs=a_silent_pilot
    ),
    "pilots:pilot-lead": Row(get=TEAM, post=TEAM, kwargs=a_running_pilot),
    "pilots:sponsor-answer": Row(get=only("amara"), post=only("amara"), kwargs=a_pilot_to_sponsor),
    "pilots:api-sponsor-answer": Row(post=only("amara"), kwargs=a_pilot_to_sponsor),
    "pilots:lead-answer": Row(get=ASKED, post=ASKED, kwargs=a_lead_offer),
    "pilots:lead-withdraw": Row(post=TEAM, kwargs=a_lead_offer),
    "pilots:api-lead-offers": Row(get=HERE, post=TEAM, kwargs=a_running_pilot),
    "pilots:api-lead-accept": Row(post=ASKED, kwargs=a_lead_offer),
    "pilots:api-lead-decline": Row(post=ASKED, kwargs=a_lead_offer),
    "pilots:api-lead-withdraw": Row(post=TEAM, kwargs=a_lead_offer),
    "pilots:pilot-site-plan": Row(get=TEAM, post=TEAM, kwargs=a_running_pilot),
    "pilots:pilot-site-live": Row(get=TEAM, post=TEAM, kwargs=a_running_pilot),
    "pilots:pilot-site-take-back": Row(get=TEAM, post=TEAM, kwargs=a_live_site),
    "pilots:pilot-site-drop": Row(get=TEAM, post=TEAM, kwargs=a_planned_site),
    "pilots:api-pilot-sites": Row(get=HERE, post=TEAM, kwargs=a_running_pilot),
    "pilots:api-pilot-site-live": Row(post=TEAM, kwargs=a_running_pilot),
    "pilots:api-pilot-site-detail": Row(get=HERE, delete=TEAM, kwargs=a_planned_site),
    "pilots:api-pilot-site-take-back": Row(post=TEAM, kwargs=a_live_site),
    "pilots:api-pilot-list": Row(get=EVERYBODY, post=OPENERS),
    "pilots:api-pilot-detail": Row(get=HERE, patch=TEAM, kwargs=a_pilot),
    "pilots:api-pilot-pathway": Row(post=TEAM, kwargs=a_pilot),
    "pilots:api-pilot-prepare": Row(post=TEAM, kwargs=an_approved_pilot),
    "pilots:api-pilot-pause": Row(post=PAUSE, kwargs=a_running_pilot),
    "pilots:api-pilot-resume": Row(post=TEAM, kwargs=a_paused_pilot),
    "pilots:api-pilot-log": Row(get=HERE, post=TEAM, kwargs=a_running_pilot),
    "pilots:blocker-clear": Row(get=STOP, post=STOP, kwargs=a_blocker),
    "pilots:api-blocker-list": Row(get=HERE, kwargs=a_running_pilot),
    "pilots:api-blocker-clear": Row(post=STOP, kwargs=a_blocker),
    "pilots:advice": Row(get=TEAM | only("ingrid"), post=only("ingrid"), kwargs=a_mentored_pilot),
    "pilots:advice-answer": Row(get=only("jonas"), post=only("jonas"), kwargs=some_advice),
    "pilots:api-advice-list": Row(
        get=TEAM | only("ingrid"), post=only("ingrid"), kwargs=a_mentored_pilot
    ),
    "pilots:api-advice-answer": Row(post=only("jonas"), kwargs=some_advice),
    # teams
    "pilots:team": Row(get=HERE, post=TEAM, kwargs=a_pilot),
    "pilots:team-remove": Row(post=TEAM, kwargs=an_allocation),
    "pilots:api-team-list": Row(get=HERE, post=TEAM, kwargs=a_pilot),
    "pilots:api-team-mix": Row(get=HERE, kwargs=a_pilot),
    "pilots:api-team-detail": Row(delete=TEAM, kwargs=an_allocation),
    "pilots:time-request": Row(get=TEAM | only("ana"), kwargs=a_time_request),
    "pilots:time-answer": Row(post=only("ana"), kwargs=a_time_request),
    "pilots:time-unit-answer": Row(post=only("amara"), kwargs=a_time_request_of_a_unit),
    "pilots:time-withdraw": Row(post=TEAM, kwargs=a_time_request),
    "pilots:time-give-back": Row(post=only("ana"), kwargs=time_of_ones_own),
    "pilots:api-time-requests": Row(get=HERE, kwargs=a_pilot),
    "pilots:api-time-request": Row(
        get=TEAM | only("ana", "amara"), kwargs=a_time_request_of_a_unit
    ),
    "pilots:api-time-answer": Row(post=only("ana"), kwargs=a_time_request),
    "pilots:api-time-unit-answer": Row(post=only("amara"), kwargs=a_time_request_of_a_unit),
    "pilots:api-time-withdraw": Row(post=TEAM, kwargs=a_time_request),
    "pilots:api-time-give-back": Row(post=only("ana"), kwargs=time_of_ones_own),
    # money
    "pilots:fund-list": Row(get=READS_FUNDS),
    "pilots:fund-create": Row(get=FINANCE, post=FINANCE),
    "pilots:fund-detail": Row(get=MONEY, kwargs=a_fund),
    "pilots:fund-approvals": Row(get=FINANCE, post=FINANCE, kwargs=a_fund),
    "pilots:api-fund-approvals": Row(post=FINANCE, kwargs=a_fund),
    "pilots:fund-deposit": Row(get=FINANCE, post=FINANCE, kwargs=a_fund),
    "pilots:budget": Row(get=MONEY, post=TEAM, kwargs=a_shaped_pilot),
    "pilots:expense-create": Row(get=TEAM | FINANCE, post=TEAM | FINANCE, kwargs=an_approved_pilot),
    "pilots:api-fund-list": Row(get=READS_FUNDS, post=FINANCE),
    "pilots:api-fund-detail": Row(get=MONEY, kwargs=a_fund),
    "pilots:api-fund-ledger": Row(get=MONEY, post=FINANCE, kwargs=a_fund),
    "pilots:api-pilot-money": Row(get=MONEY, put=TEAM, kwargs=a_shaped_pilot),
    "pilots:api-expense-create": Row(post=TEAM | FINANCE, kwargs=an_approved_pilot),
    "pilots:overrun": Row(get=MONEY, post=NOBODY, kwargs=an_overrun),
    "pilots:entry-reverse": Row(get=TEAM | FINANCE, post=TEAM | FINANCE, kwargs=an_expense),
    "pilots:receipt-add": Row(get=TEAM | FINANCE, post=TEAM | FINANCE, kwargs=an_expense),
    "pilots:receipt-file": Row(get=MONEY, kwargs=a_receipt),
    "pilots:api-overrun-list": Row(get=MONEY, post=TEAM, kwargs=an_approved_pilot),
    "pilots:api-overrun-answer": Row(post=NOBODY, kwargs=an_overrun),
    "pilots:api-entry-reverse": Row(post=TEAM | FINANCE, kwargs=an_expense),
    "pilots:api-receipt-list": Row(get=MONEY, post=TEAM | FINANCE, kwargs=an_expense),
    "pilots:api-receipt-file": Row(get=MONEY, kwargs=a_receipt),
    # gates
    "pilots:pilot-propose": Row(get=TEAM, post=TEAM, kwargs=a_shaped_pilot),
    "pilots:pilot-go-live": Row(get=TEAM, post=TEAM, kwargs=an_approved_pilot),
    "pilots:pilot-go-live-ask": Row(get=TEAM, post=TEAM, kwargs=an_approved_pilot),
    "pilots:pilot-evaluate": Row(get=TEAM, post=TEAM, kwargs=a_running_pilot),
    "pilots:pilot-stop": Row(get=STOP, post=STOP, kwargs=a_running_pilot),
    "pilots:gate-decide": Row(get=HERE, post=only("amara"), kwargs=a_review),
    "pilots:gate-condition": Row(get=HERE, post=only("helen", "amara"), kwargs=a_condition),
    "pilots:gate-dissent": Row(get=CONCERNED, post=CONCERNED, kwargs=a_review),
    "pilots:api-gate-dissent": Row(post=CONCERNED, kwargs=a_review),
    "pilots:gate-withdraw": Row(get=TEAM, post=TEAM, kwargs=a_review),
    "pilots:api-pilot-checks": Row(get=TEAM, kwargs=a_shaped_pilot),
    "pilots:api-pilot-propose": Row(post=TEAM, kwargs=a_shaped_pilot),
    "pilots:api-pilot-go-live": Row(post=TEAM, kwargs=an_approved_pilot),
    "pilots:api-pilot-go-live-ask": Row(post=TEAM, kwargs=an_approved_pilot),
    "pilots:api-pilot-evaluate": Row(post=TEAM, kwargs=a_running_pilot),
    "pilots:api-pilot-stop": Row(post=STOP, kwargs=a_running_pilot),
    "pilots:api-gate-list": Row(get=EVERYBODY),
    "pilots:api-gate-detail": Row(get=HERE, kwargs=a_review),
    "pilots:api-gate-decide": Row(post=only("amara"), kwargs=a_review),
    "pilots:api-gate-condition-verify": Row(post=only("helen", "amara"), kwargs=a_condition),
}
