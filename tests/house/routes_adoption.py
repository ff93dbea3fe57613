"""Who may read how the change of a pilot of St Brigid is prepared, and plan it. It is led by Jonas."""

from typing import Any

from pilots.adoption import actions
from pilots.adoption.models import Attendance, GroupMember
from tests.factories import adoption
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.house.routes import HERE, Row, only

TEAM = only("maya", "jonas")
# Who leads the unit, or one above it (executives do), and who runs the training from outside of the team.
NAMES = only("amara", "ingrid")


def a_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": make.open_pilot(cast).pk}


def a_group(cast: Cast) -> dict[str, Any]:
    return {"pk": adoption.name_group(cast, make.open_pilot(cast)).pk}


def a_champion(cast: Cast) -> dict[str, Any]:
    group = adoption.name_group(cast, make.open_pilot(cast))
    return {"pk": adoption.ask_champion(cast, group).pk}


def one_who_said_yes(cast: Cast) -> dict[str, Any]:
    group = adoption.name_group(cast, make.open_pilot(cast))
    asked = adoption.ask_champion(cast, group)
    actions.agree_as_champion(asked, by=cast.ana, at=NOW)
    return {"pk": asked.pk}


def a_session(cast: Cast) -> dict[str, Any]:
    """Run by Ingrid, who sees the names by that."""
    group = adoption.name_group(cast, make.open_pilot(cast))
    return {"pk": adoption.plan_training(cast, group).pk}


def a_group_with_a_session(cast: Cast) -> dict[str, Any]:
    group = adoption.name_group(cast, make.open_pilot(cast))
    adoption.plan_training(cast, group)
    return {"pk": group.pk}


def a_member(cast: Cast) -> dict[str, Any]:
    group = adoption.name_group(cast, make.open_pilot(cast))
    adoption.plan_training(cast, group)
    adoption.people_of(cast, group, 1)
    return {"pk": GroupMember.objects.get().pk}


def an_attendance(cast: Cast) -> dict[str, Any]:
    group = adoption.name_group(cast, make.open_pilot(cast))
    session = adoption.plan_training(cast, group)
    adoption.attend(cast, session, adoption.people_of(cast, group, 1))
    return {"pk": Attendance.objects.get().pk}


def a_wave(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    return {"pk": adoption.plan_wave(cast, pilot, [adoption.name_group(cast, pilot)]).pk}


def a_cycle(cast: Cast) -> dict[str, Any]:
    return {"pk": adoption.plan_cycle(cast, make.open_pilot(cast)).pk}


def a_step(cast: Cast) -> dict[str, Any]:
    """Ana sees to it."""
    return {"pk": adoption.plan_support(cast, make.open_pilot(cast)).pk}


def a_help(cast: Cast) -> dict[str, Any]:
    """Jonas, who leads, has taken it on."""
    group = adoption.name_group(cast, make.open_pilot(cast))
    return {"pk": adoption.help_group(cast, group).pk}


def a_question(cast: Cast) -> dict[str, Any]:
    pilot = make.open_pilot(cast)
    asked = actions.ask_question(pilot, text="Who reads the draft?", by=cast.ana, at=NOW)
    return {"pk": asked.pk}


def an_hour(cast: Cast) -> dict[str, Any]:
    return {"pk": adoption.plan_office_hour(cast, make.open_pilot(cast)).pk}


def less(cast: Cast) -> dict[str, Any]:
    group = adoption.name_group(cast, make.open_pilot(cast))
    return {"pk": adoption.say_less(cast, group).pk}


ROUTES: dict[str, Row] = {
    "pilots:readiness": Row(get=HERE, kwargs=a_pilot),
    "pilots:pulse-open": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:group-use": Row(get=TEAM, post=TEAM, kwargs=a_group),
    "pilots:group-use-metric": Row(get=TEAM, post=TEAM, kwargs=a_group),
    "pilots:api-group-use-metric": Row(post=TEAM, kwargs=a_group),
    "pilots:group-help": Row(get=TEAM, post=TEAM, kwargs=a_group),
    "pilots:group-help-done": Row(get=TEAM, post=TEAM, kwargs=a_help),
    "pilots:api-group-help-done": Row(post=TEAM, kwargs=a_help),
    "pilots:api-readiness": Row(get=HERE, kwargs=a_pilot),
    "pilots:api-pulse-open": Row(post=TEAM, kwargs=a_pilot),
    "pilots:api-group-use": Row(post=TEAM, kwargs=a_group),
    "pilots:api-group-help": Row(post=TEAM, kwargs=a_group),
    "pilots:adoption": Row(get=HERE, kwargs=a_pilot),
    "pilots:group-add": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:group-nobody": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:api-group-nobody": Row(post=TEAM, kwargs=a_pilot),
    "pilots:group": Row(get=HERE, kwargs=a_group),
    "pilots:group-change": Row(get=TEAM, post=TEAM, kwargs=a_group),
    "pilots:group-remove": Row(get=TEAM, post=TEAM, kwargs=a_group),
    "pilots:api-groups": Row(get=HERE, post=TEAM, kwargs=a_pilot),
    "pilots:api-group": Row(get=HERE, kwargs=a_group),
    "pilots:api-group-change": Row(post=TEAM, kwargs=a_group),
    "pilots:api-group-remove": Row(post=TEAM, kwargs=a_group),
    "pilots:champion-ask": Row(get=TEAM, post=TEAM, kwargs=a_group),
    "pilots:champion": Row(get=only("ana", "jonas"), kwargs=a_champion),
    "pilots:champion-answer": Row(post=only("ana"), kwargs=a_champion),
    "pilots:champion-withdraw": Row(post=only("jonas"), kwargs=a_champion),
    "pilots:champion-step-down": Row(post=only("ana", "jonas", "maya"), kwargs=one_who_said_yes),
    "pilots:api-champions": Row(get=HERE, post=TEAM, kwargs=a_group),
    "pilots:api-champion-answer": Row(post=only("ana"), kwargs=a_champion),
    "pilots:api-champion-step-down": Row(
        post=only("ana", "jonas", "maya"), kwargs=one_who_said_yes
    ),
    "pilots:training-add": Row(get=TEAM, post=TEAM, kwargs=a_group),
    "pilots:training": Row(get=HERE, kwargs=a_session),
    "pilots:training-cancel": Row(get=TEAM, post=TEAM, kwargs=a_session),
    "pilots:training-attended": Row(get=NAMES, post=NAMES, kwargs=a_session),
    "pilots:attendance-take-back": Row(post=NAMES, kwargs=an_attendance),
    "pilots:group-people": Row(get=NAMES, post=NAMES, kwargs=a_group_with_a_session),
    "pilots:group-member-left": Row(post=NAMES, kwargs=a_member),
    "pilots:wave-add": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:wave": Row(get=HERE, kwargs=a_wave),
    "pilots:wave-change": Row(get=TEAM, post=TEAM, kwargs=a_wave),
    "pilots:wave-live": Row(get=TEAM, post=TEAM, kwargs=a_wave),
    "pilots:wave-drop": Row(get=TEAM, post=TEAM, kwargs=a_wave),
    "pilots:api-training": Row(get=HERE, post=TEAM, kwargs=a_group),
    "pilots:api-group-people": Row(post=NAMES, kwargs=a_group_with_a_session),
    "pilots:api-training-cancel": Row(post=TEAM, kwargs=a_session),
    "pilots:api-training-attended": Row(post=NAMES, kwargs=a_session),
    "pilots:api-waves": Row(get=HERE, post=TEAM, kwargs=a_pilot),
    "pilots:api-wave-change": Row(post=TEAM, kwargs=a_wave),
    "pilots:api-wave-live": Row(post=TEAM, kwargs=a_wave),
    "pilots:api-wave-drop": Row(post=TEAM, kwargs=a_wave),
    "pilots:cycle-add": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:cycle": Row(get=HERE, kwargs=a_cycle),
    "pilots:cycle-change": Row(get=TEAM, post=TEAM, kwargs=a_cycle),
    "pilots:cycle-done": Row(get=TEAM, post=TEAM, kwargs=a_cycle),
    "pilots:cycle-close": Row(get=TEAM, post=TEAM, kwargs=a_cycle),
    "pilots:support-add": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:support-done": Row(get=TEAM | {"ana"}, post=TEAM | {"ana"}, kwargs=a_step),
    "pilots:support-drop": Row(get=TEAM | {"ana"}, post=TEAM | {"ana"}, kwargs=a_step),
    "pilots:question-ask": Row(get=HERE, post=HERE, kwargs=a_pilot),
    "pilots:question-answer": Row(get=TEAM, post=TEAM, kwargs=a_question),
    "pilots:office-hour-add": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:office-hour-cancel": Row(post=TEAM, kwargs=an_hour),
    "pilots:less-add": Row(get=TEAM, post=TEAM, kwargs=a_group),
    "pilots:less-take-back": Row(get=TEAM, post=TEAM, kwargs=less),
    "pilots:api-cycles": Row(get=HERE, post=TEAM, kwargs=a_pilot),
    "pilots:api-cycle-change": Row(post=TEAM, kwargs=a_cycle),
    "pilots:api-cycle-done": Row(post=TEAM, kwargs=a_cycle),
    "pilots:api-cycle-close": Row(post=TEAM, kwargs=a_cycle),
    "pilots:api-support": Row(get=HERE, post=TEAM, kwargs=a_pilot),
    "pilots:api-support-end": Row(post=TEAM | {"ana"}, kwargs=a_step),
    "pilots:api-questions": Row(get=HERE, post=HERE, kwargs=a_pilot),
    "pilots:api-question-answer": Row(post=TEAM, kwargs=a_question),
}
