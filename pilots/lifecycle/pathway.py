"""How much proof a pilot owes: a short questionnaire, and the pathway its answers choose.

The rules are data: questions with their answers below, and one ordered table of rules. The order
of the device rules follows the four tests of the FDA's guidance on clinical decision support
(January 2026): no image or signal analysis, medical information, for a professional, whose basis
that professional can review. `RULES_VERSION` is stored with the answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pilots.lifecycle.models import Pathway

RULES_VERSION = 1
YES, NO = "yes", "no"
YES_NO = ((YES, _("Yes")), (NO, _("No")))


@dataclass(frozen=True)
class Question:
    """One question; `needs_advice` ones matter only where there is advice about a patient."""

    key: str
    text: str | Promise
    help: str | Promise
    answers: tuple[tuple[str, str | Promise], ...] = YES_NO
    needs_advice: bool = False

    def label(self, answer: str) -> str | Promise:
        return dict(self.answers)[answer]


QUESTIONS = (
    Question(
        "signal",
        _("Does it analyse an image, a signal or a pattern?"),
        _("Scans, photographs, heart rhythms, waveforms, genetic sequences."),
    ),
    Question(
        "advice",
        _("Does it give advice about a particular patient?"),
        _("A score, an alert, a suggestion, a ranking: anything that bears on one person's care."),
    ),
    Question(
        "care",
        _("Does it change how care is organised?"),
        _("Who sees a patient, when, where, or in which order. Paperwork alone does not count."),
    ),
    Question(
        "audience",
        _("Who receives the advice?"),
        _("If several do, choose the one furthest from a clinician."),
        (
            ("clinician", _("A clinician")),
            ("patient", _("A patient or a carer")),
            ("machine", _("Nobody: it acts by itself")),
        ),
        needs_advice=True,
    ),
    Question(
        "diagnosis",
        _("Does it name a diagnosis or one single course of treatment?"),
        _("Rather than options that the clinician weighs."),
        needs_advice=True,
    ),
    Question(
        "urgent",
        _("Must somebody act on it before there is time to check it?"),
        _("Within minutes, as with an alarm."),
        needs_advice=True,
    ),
    Question(
        "reviewable",
        _("Can the clinician see what it is based on, and judge for themselves?"),
        _("The inputs, the reasoning and its limits are shown, in words a clinician can follow."),
        needs_advice=True,
    ),
)
QUESTION = {question.key: question for question in QUESTIONS}


@dataclass(frozen=True)
class Rule:
    """If every answer in `when` was given, the pathway is this one, because of that sentence."""

    when: Mapping[str, str]
    pathway: Pathway
    because: str | Promise


RULES = (
    Rule(
        {"signal": YES},
        Pathway.DEVICE,
        _("it analyses images, signals or patterns"),
    ),
    Rule(
        {"advice": YES, "audience": "patient"},
        Pathway.DEVICE,
        _("its advice goes to patients or carers rather than to a clinician"),
    ),
    Rule(
        {"advice": YES, "audience": "machine"},
        Pathway.DEVICE,
        _("it acts on a patient's care by itself"),
    ),
    Rule(
        {"advice": YES, "diagnosis": YES},
        Pathway.DEVICE,
        _("it names a diagnosis or a single course of treatment"),
    ),
    Rule(
        {"advice": YES, "urgent": YES},
        Pathway.DEVICE,
        _("somebody must act on it before there is time to check it"),
    ),
    Rule(
        {"advice": YES, "reviewable": NO},
        Pathway.DEVICE,
        _("a clinician cannot independently review what it is based on"),
    ),
    Rule(
        {"advice": YES},
        Pathway.DECISION_SUPPORT,
        _(
            "it advises a clinician, who can see what the advice is based on and judge for "
            "themselves"
        ),
    ),
    Rule(
        {"care": YES},
        Pathway.CLINICAL_WORKFLOW,
        _("it changes how care is organised, without advice about a patient"),
    ),
    Rule(
        {},
        Pathway.EFFICIENCY,
        _("it changes neither the care of a patient nor how care is organised"),
    ),
)

# What each pathway means for the team, in a sentence.
MEANING: dict[str, str | Promise] = {
    Pathway.EFFICIENCY: _(
        "The fast track: one primary metric and one guardrail are enough to begin."
    ),
    Pathway.CLINICAL_WORKFLOW: _("The guardrails watch patients as well as work."),
    Pathway.DECISION_SUPPORT: _(
        "It first runs silently: its advice is recorded and compared, and shown to nobody."
    ),
    Pathway.DEVICE: _(
        "It is regulated as a medical device. It first runs silently, and its clearance or "
        "exemption "
        "belongs in the charter."
    ),
}
ORDER = list(Pathway)  # from the least proof to the most
SILENT_FIRST = (Pathway.DECISION_SUPPORT, Pathway.DEVICE)


@dataclass(frozen=True)
class Result:
    """The pathway and every reason for it; the first one alone would have been enough."""

    pathway: Pathway
    because: tuple[str | Promise, ...]


def at_least(result: Result, floor: Pathway | None) -> Result:
    """What the answers chose, but never below what a reviewer raised it to."""
    if floor is None or ORDER.index(result.pathway) >= ORDER.index(floor):
        return result
    return Result(floor, (_("a reviewer found that it owes more proof than its answers say"),))


def missing(answers: Mapping[str, str]) -> list[str]:
    """Keys of the questions that still need an answer, or hold one that is not offered."""
    advises = answers.get("advice") == YES
    return [
        question.key
        for question in QUESTIONS
        if (advises or not question.needs_advice)
        and answers.get(question.key) not in dict(question.answers)
    ]


def relevant(answers: Mapping[str, str]) -> dict[str, str]:
    """The answers that count, in the order of the questions."""
    advises = answers.get("advice") == YES
    return {
        question.key: answers[question.key]
        for question in QUESTIONS
        if question.key in answers and (advises or not question.needs_advice)
    }


def choose(answers: Mapping[str, str]) -> Result:
    """The pathway that these complete answers lead to, with all reasons for it."""
    if absent := missing(answers):
        raise ValueError(f"no answer to {', '.join(absent)}")
    given = relevant(answers)
    hits = [
        rule for rule in RULES if all(given.get(key) == value for key, value in rule.when.items())
    ]
    chosen = hits[0].pathway
    return Result(chosen, tuple(rule.because for rule in hits if rule.pathway == chosen))
