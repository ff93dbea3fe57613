"""Who asks a group of a pilot of St Brigid, reads what it said, and enters instruments. Jonas leads it."""

from typing import Any

from pilots.surveys import actions
from tests.factories import pilots as make
from tests.factories.cast import NOW, Cast
from tests.factories.surveys import ask
from tests.house.routes import EVERYBODY, HERE, Row, only
from tests.pilots.surveys.test_instruments import WORDS

TEAM = only("maya", "jonas")
ENTERS = only("ada", "hugo")


def a_pilot(cast: Cast) -> dict[str, Any]:
    return {"pk": make.open_pilot(cast).pk}


def a_round(cast: Cast) -> dict[str, Any]:
    return {"pk": ask(cast, make.open_pilot(cast), label="All who sign notes").pk}


def a_link(cast: Cast) -> dict[str, Any]:
    return {"key": ask(cast, make.open_pilot(cast), label="All who sign notes").key}


def an_instrument(cast: Cast) -> dict[str, Any]:
    return {"pk": actions.add_instrument(key="listening", words=WORDS, by=cast.ada, at=NOW).pk}


ROUTES: dict[str, Row] = {
    "pilots:survey-answer": Row(
        get=EVERYBODY, post=EVERYBODY, outsider=True, stranger=True, kwargs=a_link
    ),
    "pilots:survey-thanks": Row(get=EVERYBODY, outsider=True, stranger=True, kwargs=a_link),
    "pilots:surveys": Row(get=HERE, kwargs=a_pilot),
    "pilots:survey-open": Row(get=TEAM, post=TEAM, kwargs=a_pilot),
    "pilots:survey-follow": Row(post=TEAM, kwargs=a_pilot),
    "pilots:survey": Row(get=HERE, kwargs=a_round),
    "pilots:survey-sheet": Row(get=TEAM, kwargs=a_round),
    "pilots:survey-close": Row(get=TEAM, post=TEAM, kwargs=a_round),
    "pilots:instruments": Row(get=EVERYBODY),
    "pilots:instrument-add": Row(get=ENTERS, post=ENTERS),
    "pilots:instrument": Row(get=EVERYBODY, kwargs=an_instrument),
    "pilots:instrument-change": Row(get=ENTERS, post=ENTERS, kwargs=an_instrument),
    "pilots:api-surveys": Row(get=HERE, post=TEAM, kwargs=a_pilot),
    "pilots:api-survey": Row(get=HERE, kwargs=a_round),
    "pilots:api-survey-close": Row(post=TEAM, kwargs=a_round),
    "pilots:api-instruments": Row(get=EVERYBODY, post=ENTERS),
    "pilots:api-instrument-change": Row(post=ENTERS, kwargs=an_instrument),
}
