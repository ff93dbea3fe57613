"""The questionnaire: which answers lead to which pathway, and what it says why."""

from itertools import product

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from innovation.audit.models import Event
from pilots.lifecycle import pathway
from pilots.lifecycle.models import Pathway
from tests.factories import pilots as make
from tests.factories.cast import Cast

PAPERWORK = {"signal": "no", "advice": "no", "care": "no"}
ADVICE = {
    **PAPERWORK,
    "advice": "yes",
    "audience": "clinician",
    "diagnosis": "no",
    "urgent": "no",
    "reviewable": "yes",
}
ANSWERS = {q.key: [key for key, _label in q.answers] for q in pathway.QUESTIONS}


@pytest.mark.parametrize(
    ("answers", "expected", "because"),
    [
        (PAPERWORK, Pathway.EFFICIENCY, "neither"),
        ({**PAPERWORK, "care": "yes"}, Pathway.CLINICAL_WORKFLOW, "organised"),
        (ADVICE, Pathway.DECISION_SUPPORT, "judge for themselves"),
        ({**ADVICE, "care": "yes"}, Pathway.DECISION_SUPPORT, "judge for themselves"),
        ({**ADVICE, "reviewable": "no"}, Pathway.DEVICE, "independently review"),
        ({**ADVICE, "urgent": "yes"}, Pathway.DEVICE, "before there is time"),
        ({**ADVICE, "diagnosis": "yes"}, Pathway.DEVICE, "diagnosis"),
        ({**ADVICE, "audience": "patient"}, Pathway.DEVICE, "patients or carers"),
        ({**ADVICE, "audience": "machine"}, Pathway.DEVICE, "by itself"),
        ({**PAPERWORK, "signal": "yes"}, Pathway.DEVICE, "images, signals"),
    ],
)
def test_choose_from_typical_answers_gives_pathway_and_reason(
    answers: dict[str, str], expected: Pathway, because: str
) -> None:
    result = pathway.choose(answers)
    assert result.pathway == expected
    assert because in str(result.because[0])


def test_choose_with_several_reasons_tells_all_of_them() -> None:
    result = pathway.choose({**ADVICE, "urgent": "yes", "reviewable": "no", "signal": "yes"})
    assert len(result.because) == 3


def _twin(a: dict[str, str]) -> Pathway:
    """The guidance in prose, written once more without a table."""
    if a["signal"] == "yes":
        return Pathway.DEVICE
    if a["advice"] == "yes":
        independent = a["reviewable"] == "yes" and a["urgent"] == "no" and a["diagnosis"] == "no"
        if a["audience"] != "clinician" or not independent:
            return Pathway.DEVICE
        return Pathway.DECISION_SUPPORT
    return Pathway.CLINICAL_WORKFLOW if a["care"] == "yes" else Pathway.EFFICIENCY


def test_choose_from_every_combination_agrees_with_its_twin() -> None:
    for values in product(*ANSWERS.values()):
        answers = dict(zip(ANSWERS, values, strict=True))
        assert pathway.choose(answers).pathway == _twin(answers), answers


@given(st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in ANSWERS.items()}))
def test_missing_from_partial_answers_is_what_choose_refuses(answers: dict[str, str]) -> None:
    if pathway.missing(answers):
        with pytest.raises(ValueError, match="no answer"):
            pathway.choose(answers)
    else:
        assert pathway.choose(answers).because


def test_missing_without_advice_asks_nothing_about_advice() -> None:
    assert pathway.missing(PAPERWORK) == []
    assert pathway.missing({**PAPERWORK, "advice": "yes"}) == [
        "audience",
        "diagnosis",
        "urgent",
        "reviewable",
    ]


def test_relevant_after_advice_was_withdrawn_forgets_its_answers() -> None:
    assert pathway.relevant({**ADVICE, "advice": "no"}) == PAPERWORK


def test_triage_is_told_which_pathway_a_pilot_would_take_and_nothing_is_kept(cast: Cast) -> None:
    need = make.make_need(cast)
    browser = Client()
    browser.force_login(cast.maya)
    page = reverse("pilots:pathway-hint", args=[need.pk])
    assert page in browser.get(need.get_absolute_url()).content.decode()
    events = Event.objects.count()
    said = browser.get(page, make.DECISION_SUPPORT).content.decode()
    assert "Decision support" in said and "Because" in said
    assert "Choose one answer" in browser.get(page, {"image": "no"}).content.decode()
    assert Event.objects.count() == events
    browser.force_login(cast.ana)
    assert page not in browser.get(need.get_absolute_url()).content.decode()
    assert browser.get(page).status_code == 403
