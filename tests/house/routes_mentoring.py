"""Who may read the register of mentors, and who asks, answers and shares. Ingrid mentors a pilot of St Brigid
that Jonas leads."""

from __future__ import annotations

from typing import Any

from tests.factories import mentoring as make_mentoring
from tests.factories import pilots as make
from tests.factories.cast import Cast
from tests.house.routes import EVERYBODY, HERE, Row, only

OFFERING = EVERYBODY - {"ada", "otto"}  # every role of staff
LEADS = only("maya", "jonas")
SHARING = only("jonas", "ingrid")


def a_pilot(cast: Cast) -> dict[str, Any]:
    make_mentoring.offer(cast.ingrid)
    return {"pk": make.open_pilot(cast).pk}


def a_mentor(cast: Cast) -> dict[str, Any]:
    return {"pk": make_mentoring.offer(cast.ingrid).pk}


def asked(cast: Cast) -> dict[str, Any]:
    make_mentoring.offer(cast.ingrid)
    return {"pk": make_mentoring.ask(make.open_pilot(cast), cast.ingrid).pk}


def mentored(cast: Cast) -> dict[str, Any]:
    return {"pk": make_mentoring.mentored(make.open_pilot(cast), cast.ingrid).pk}


def a_next_step(cast: Cast) -> dict[str, Any]:
    mentorship = make_mentoring.mentored(make.open_pilot(cast), cast.ingrid)
    return {"pk": make_mentoring.met(mentorship, by=cast.ingrid).steps.get().pk}


ROUTES: dict[str, Row] = {
    "pilots:mentor-list": Row(get=EVERYBODY),
    "pilots:mentor-mine": Row(get=OFFERING),
    "pilots:mentor-offer": Row(get=OFFERING, post=OFFERING),
    "pilots:mentor-pause": Row(post=only("ingrid"), kwargs=lambda cast: a_mentor(cast) and {}),
    "pilots:mentor-go-on": Row(post=only("ingrid"), kwargs=lambda cast: a_mentor(cast) and {}),
    "pilots:mentor-withdraw": Row(post=only("ingrid"), kwargs=lambda cast: a_mentor(cast) and {}),
    "pilots:mentor": Row(get=HERE, kwargs=a_mentor),
    "pilots:mentor-ask": Row(get=LEADS, post=LEADS, kwargs=a_pilot),
    "pilots:mentorship": Row(get=LEADS | only("ingrid"), kwargs=mentored),
    "pilots:mentorship-answer": Row(post=only("ingrid"), kwargs=asked),
    "pilots:mentorship-take-back": Row(post=LEADS, kwargs=asked),
    "pilots:mentorship-end": Row(post=LEADS | only("ingrid"), kwargs=mentored),
    "pilots:mentoring-session": Row(get=SHARING, post=SHARING, kwargs=mentored),
    "pilots:mentoring-step-done": Row(post=SHARING, kwargs=a_next_step),
    "pilots:api-mentors": Row(get=EVERYBODY),
    "pilots:api-mentor-mine": Row(
        get=only("ingrid"),
        put=OFFERING,
        delete=only("ingrid"),
        kwargs=lambda cast: a_mentor(cast) and {},
    ),
    "pilots:api-mentor-pause": Row(post=only("ingrid"), kwargs=lambda cast: a_mentor(cast) and {}),
    "pilots:api-mentor-go-on": Row(post=only("ingrid"), kwargs=lambda cast: a_mentor(cast) and {}),
    "pilots:api-mentor": Row(get=HERE, kwargs=a_mentor),
    "pilots:api-mentor-matches": Row(get=LEADS, kwargs=a_pilot),
    "pilots:api-mentorships": Row(get=HERE, post=LEADS, kwargs=a_pilot),
    "pilots:api-mentorship": Row(get=LEADS | only("ingrid"), kwargs=mentored),
    "pilots:api-mentorship-answer": Row(post=only("ingrid"), kwargs=asked),
    "pilots:api-mentorship-take-back": Row(post=LEADS, kwargs=asked),
    "pilots:api-mentorship-end": Row(post=LEADS | only("ingrid"), kwargs=mentored),
    "pilots:api-mentoring-sessions": Row(get=SHARING, post=SHARING, kwargs=mentored),
    "pilots:api-mentoring-step-done": Row(post=SHARING, kwargs=a_next_step),
}
