"""Every text that people may type is looked at for patient data, on pages and by the API.

Found by walking the forms, the bodies that the API takes, and the columns of all tables; what is left
out has its reason here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import getsource
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import get_resolver
from rest_framework import serializers

from innovation.web.free_text import (
    NamesNoPatient,
    NamesNoPatientSerializer,
    VisibleText,
    takes_free_json,
    takes_free_text,
)

STOREYS = ("innovation", "pilots", "okrs")
ROOT = Path(settings.BASE_DIR)

_QUESTION = "a question to a list, which keeps nothing"
_STAFF = "the name and post of a member of staff"
_UNIT = "the name of a unit"
_KEY = "the name that somebody gives a key of their own"
FORMS_LEFT_OUT = {
    "LogFilter": _QUESTION,
    "ExportForm": _QUESTION,
    "IdeaFilter": _QUESTION,
    "TalentFilter": _QUESTION,
    "NeedFilter": _QUESTION,
    "PortfolioFilter": _QUESTION,
    "LearningFilter": _QUESTION,
    "AcceptForm": _STAFF,
    "PersonForm": _STAFF,
    "NewPersonForm": _STAFF,
    "CapacityForm": _STAFF,
    "AddressesForm": "addresses of staff, which are looked up and not kept",
    "AttendedForm": "addresses of staff, which are looked up and not kept",
    "ProfileForm": _STAFF,
    "UnitForm": _UNIT,
    "NewUnitForm": _UNIT,
    "NewPasskeyForm": _KEY,
    "PasskeyNameForm": _KEY,
    "_Counted": "a code of the second step",
    "CodeForm": "a code of the second step",
    "CodeAgainForm": "a code of the second step",
    "CompareForm": "hashes of the log",
    "GroupRoleForm": "the name of a group, as the directory has it",
    "SampleForm": "the gallery, which keeps nothing",
    "LookForm": "words that are to go, and are kept nowhere",
}
_NUMBERS = "a table of numbers of periods, of which a row that is none is set aside and forgotten"
FILES_LEFT_OUT = {
    "CardFileForm": "a maker's card, shown part by part; the form that keeps it looks at each",
    "PeopleFileForm": "the hospital's own list of its staff",
    "FileForm": _NUMBERS,
    "SampleForm": "the gallery, which keeps nothing",
}
FILES_OF_BODIES_LEFT_OUT = {"FileIn": _NUMBERS}
BODIES_LEFT_OUT: dict[str, str] = {}


@cache
def forms_of_ours() -> list[type[forms.BaseForm]]:
    assert get_resolver().url_patterns  # every view, and with it every form
    import_module("innovation.people.second_steps")  # named in the settings
    found = {one for one in below(forms.BaseForm) if one.__module__.split(".")[0] in STOREYS}
    return sorted(
        found - {NamesNoPatient, VisibleText}, key=lambda one: (one.__module__, one.__name__)
    )


def below(base: type[Any]) -> Iterator[type[Any]]:
    for one in base.__subclasses__():
        yield one
        yield from below(one)


def asks_for_text(form: type[forms.BaseForm]) -> bool:
    """Also where its fields are made for who asks."""
    declared: dict[str, forms.Field] = getattr(form, "base_fields", {})
    made = re.search(r"self\.fields\[.*\] = forms\.CharField", getsource(form))
    return made is not None or any(takes_free_text(field) for field in declared.values())


def test_every_form_that_takes_free_text_looks_for_patients() -> None:
    open_ones = [
        f"{form.__module__}.{form.__name__}"
        for form in forms_of_ours()
        if asks_for_text(form)
        and not issubclass(form, NamesNoPatient)
        and form.__name__ not in FORMS_LEFT_OUT
    ]
    assert open_ones == [], "derive them from NamesNoPatient (innovation/web/free_text.py)"


def test_every_form_that_takes_a_file_looks_into_it() -> None:
    taking = {
        form.__name__: form
        for form in forms_of_ours()
        if any(
            isinstance(one, forms.FileField) for one in getattr(form, "base_fields", {}).values()
        )
    }
    open_ones = [
        name
        for name, form in taking.items()
        if name not in FILES_LEFT_OUT
        and (not issubclass(form, NamesNoPatient) or "file" in form.not_screened)
    ]
    assert open_ones == [], "derive them from NamesNoPatient, or say why nobody is named there"
    assert len(taking.keys() - FILES_LEFT_OUT.keys()) >= 3
    assert FILES_LEFT_OUT.keys() <= taking.keys()
    open_bodies = [
        name
        for name, shape in bodies()
        if any(
            isinstance(one, serializers.FileField)
            for one in getattr(shape(), "fields", {}).values()
        )
        and not issubclass(shape, NamesNoPatientSerializer)
        and name.rpartition(".")[2] not in FILES_OF_BODIES_LEFT_OUT
    ]
    assert open_bodies == []


def test_what_is_left_out_is_still_there_and_not_looked_at() -> None:
    names = {form.__name__: form for form in forms_of_ours()}
    for name in FORMS_LEFT_OUT:
        assert not issubclass(names[name], NamesNoPatient), name
    for form in names.values():
        for field in getattr(form, "not_screened", {}):
            assert field in form.base_fields, f"{form.__name__}.{field}"  # type: ignore[attr-defined]


def bodies() -> Iterator[tuple[str, type[serializers.BaseSerializer[Any]]]]:
    """The shapes that anything sent is read by: `body(LogIn, request)`, `LogIn(data=…)`."""
    for path in (found for storey in STOREYS for found in (ROOT / storey).rglob("*.py")):
        text = path.read_text()
        if ("body(" not in text and "data=" not in text) or "rest_framework" not in text:
            continue
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id == "body" and node.args:
                shape = getattr(module, ast.unparse(node.args[0]), None)
            elif any(word.arg == "data" for word in node.keywords):
                shape = getattr(module, ast.unparse(node.func), None)
            else:
                continue
            if isinstance(shape, type) and issubclass(shape, serializers.BaseSerializer):
                yield f"{module.__name__}.{shape.__name__}", shape


def takes_text(shape: serializers.Field[Any, Any, Any, Any] | None) -> bool:
    if isinstance(shape, serializers.ListSerializer):
        return takes_text(shape.child)
    fields = shape.fields.values() if isinstance(shape, serializers.Serializer) else ()
    return any(
        takes_text(field)
        if isinstance(field, serializers.BaseSerializer)
        else takes_free_json(field)
        for field in fields
    )


def test_every_body_that_takes_free_text_looks_for_patients() -> None:
    found = dict(bodies())
    assert len(found) > 15
    open_ones = [
        name
        for name, shape in found.items()
        if not issubclass(shape, NamesNoPatientSerializer)
        and takes_text(shape())
        and name.rpartition(".")[2] not in BODIES_LEFT_OUT
    ]
    assert open_ones == [], "derive them from NamesNoPatientSerializer"


def test_every_guarded_form_is_handed_to_the_component_that_asks() -> None:
    """`{% form %}` draws the question below the warning only where it knows the form."""
    for path in (ROOT / "templates").rglob("*.html"):
        if "gallery" in path.parts:
            continue
        for given, inside in re.findall(
            r"{% form\b((?:[^%]|%(?!}))*)%}(.*?){% endform %}", path.read_text(), re.DOTALL
        ):
            knows = re.match(r"\s+[a-z_.]+(\s|$)", given) or "form=" in given
            assert knows or "{% field " not in inside, f"{path.relative_to(ROOT)}: {given}"


def test_only_the_component_asks_whether_a_patient_is_named() -> None:
    """A template that draws the box as well asks twice on one page."""
    drawn = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if "names_nobody" in path.read_text()
    ]
    assert drawn == ["templates/components/form.html"]


# ---- what nobody sees

INVISIBLE = ("\u200b", " \u2800\n", "\u3164\u200d\ufe0f", "\u202e\u2066\u00ad", "\u115f\x01")
FORMS_THAT_KEEP_NOTHING = {
    name for name, why in FORMS_LEFT_OUT.items() if why in (_QUESTION, "hashes of the log")
} | {"_Counted", "CodeForm", "CodeAgainForm", "SampleForm", "LookForm"}


def required_texts(form: type[forms.BaseForm]) -> list[str]:
    declared: dict[str, forms.Field] = getattr(form, "base_fields", {})
    return [name for name, one in declared.items() if one.required and takes_free_text(one)]


def test_every_form_that_keeps_text_reads_it_as_its_readers_see_it() -> None:
    open_ones = [
        f"{form.__module__}.{form.__name__}"
        for form in forms_of_ours()
        if asks_for_text(form)
        and not issubclass(form, VisibleText)
        and form.__name__ not in FORMS_THAT_KEEP_NOTHING
    ]
    assert open_ones == [], "derive them from VisibleText or NamesNoPatient"


@pytest.mark.parametrize("hidden", INVISIBLE)
def test_no_required_field_of_a_form_takes_what_nobody_sees(hidden: str) -> None:
    taken, asked = [], 0
    for form in forms_of_ours():
        names = required_texts(form)
        if not names or not issubclass(form, VisibleText):
            continue
        bare = form.__new__(form)  # without what its own __init__ wants to know of the caller
        above: Any = forms.models.BaseModelForm if hasattr(form, "_meta") else forms.BaseForm
        above.__init__(bare, dict.fromkeys(names, hidden))
        for rule in ("_clean_form", "_post_clean", "_ask_for_files_again"):
            setattr(bare, rule, lambda *_: None)
        for name in [*bare.fields]:
            if name not in names:
                del bare.fields[name]
        taken += [f"{form.__name__}.{n}" for n in names if not bare.has_error(n, "required")]
        asked += len(names)
    assert taken == []
    assert asked > 60


def blanked(shape: Any, hidden: str) -> Any:
    """A body with nothing but such a text, in the bodies inside it, too."""
    if isinstance(shape, serializers.ListSerializer | serializers.ListField):
        return [blanked(shape.child, hidden)]
    if isinstance(shape, serializers.Serializer):
        fields = shape.fields.items()
        return {n: blanked(f, hidden) for n, f in fields if with_text(f)}
    return hidden


def with_text(shape: Any) -> bool:
    if isinstance(shape, serializers.ListSerializer | serializers.ListField):
        return with_text(shape.child)
    if isinstance(shape, serializers.Serializer):
        return any(map(with_text, shape.fields.values()))
    return takes_free_json(shape)


def refused_blanks(shape: Any, errors: Any, at: str) -> Iterator[tuple[str, bool]]:
    """Each text that may not be blank, and whether it was refused as that."""
    if isinstance(shape, serializers.ListSerializer | serializers.ListField):
        inside = errors.get(0, {}) if isinstance(errors, dict) else next(iter(errors or [{}]))
        yield from refused_blanks(shape.child, inside, f"{at}[]")
    elif isinstance(shape, serializers.Serializer):
        for name, field in shape.fields.items():
            if with_text(field):
                said = errors.get(name, {}) if isinstance(errors, dict) else {}
                yield from refused_blanks(field, said, f"{at}.{name}")
    elif not getattr(shape, "allow_blank", False):
        codes = [getattr(one, "code", "") for one in errors] if isinstance(errors, list) else []
        yield at, "blank" in codes


@pytest.mark.parametrize("hidden", INVISIBLE)
def test_no_required_text_of_a_body_takes_what_nobody_sees(hidden: str) -> None:
    looked_at: dict[str, bool] = {}
    for name, shape in bodies():
        if issubclass(shape, NamesNoPatientSerializer) and takes_text(shape()):
            read = shape(data=blanked(shape(), hidden))
            read.is_valid()
            looked_at |= refused_blanks(read, read.errors, name)
    assert [at for at, refused in looked_at.items() if not refused] == []
    assert len(looked_at) > 50


# What is no text that people read.
STRIPPED_LEFT_OUT = {
    "innovation/provisioning/actions.py": "names as the directory sends them, cleaned there",
    "pilots/metrics/actions/plan.py": "entities, compared with the cells of a source",
    "pilots/metrics/actions/queue.py": "the boot id of the machine",
    "pilots/metrics/actions/sources.py": "the name of a file, of which only what prints is kept",
}


def test_actions_read_a_text_as_its_readers_see_it() -> None:
    """`strip` keeps characters that nobody sees, so a reason of those would be one."""
    found = set()
    for storey in STOREYS:
        for path in (ROOT / storey).rglob("*.py"):
            where = str(path.relative_to(ROOT))
            if "actions" not in path.with_suffix("").relative_to(ROOT).parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.Attribute)
                    and node.attr == "strip"
                    and not isinstance(node.value, ast.JoinedStr)
                ):
                    found.add(where)
    assert found - STRIPPED_LEFT_OUT.keys() == set(), "use innovation.rules.text.visible"


# ---- the columns

# Where each text comes from: the form whose field is looked at.
TYPED = {
    "innovation.Approval.reason": "people.forms.GrantForm.reason",
    "innovation.ErasureRequest.because": "retention.forms.ErasureAnswerForm.because",
    "innovation.ErasureRequest.wish": "retention.forms.AskForErasureForm.wish",
    "innovation.Idea.difference": "ideas.forms.IdeaForm.difference",
    "innovation.Idea.proposal": "ideas.forms.IdeaForm.proposal",
    "innovation.Idea.title": "ideas.forms.IdeaForm.title",
    "innovation.AddedSkill.name": "talent.forms.SkillForm.name",
    "innovation.HelpCall.what": "talent.forms.CallForm.what",
    "innovation.HelpOffer.answer_words": "talent.forms.OfferAnswerForm.words",
    "innovation.HelpOffer.words": "talent.forms.OfferForm.words",
    "innovation.TalentProfile.line": "talent.forms.TalentForm.line",
    "innovation.TalentProfile.own_words": "talent.forms.TalentForm.own_words",
    "innovation.TalentProfile.wishes": "talent.forms.TalentForm.wishes",
    "innovation.Need.equity": "needs.forms.pages.NeedForm.equity",
    "innovation.Need.outcome": "needs.forms.pages.NeedForm.outcome",
    "innovation.Need.population": "needs.forms.pages.NeedForm.population",
    "innovation.Need.problem": "needs.forms.pages.NeedForm.problem",
    "innovation.Need.title": "needs.forms.pages.NeedForm.title",
    "innovation.Need.workaround": "needs.forms.pages.NeedForm.workaround",
    "innovation.RoleProposal.decided_because": "people.forms.WhyNotForm.reason",
    "innovation.RoleProposal.reason": "people.forms.GrantForm.reason",
    "innovation.ApiToken.name": "people.forms.TokenForm.name",
    "innovation.ScimToken.name": "provisioning.forms.ScimTokenForm.name",
    "innovation.ServiceAccount.purpose": "access.forms.ServiceForm.purpose",
    "innovation.StateChange.reason": "needs.forms.pages.NeedReasonForm.reason",
    "innovation.Voice.note": "needs.forms.pages.VoiceForm.note",
    "pilots.AccuracyPromise.reason": "accuracy.forms.PromiseForm.reason",
    "pilots.Alarm.reason": "evidence.forms.AnswerForm.reason",
    "pilots.Amendment.answer": "metrics.forms.amendments.AmendmentForm.reason",
    "pilots.Amendment.reason": "metrics.forms.plan.MetricForm.reason",
    "pilots.BudgetLine.description": "funding.forms.LineForm.description",
    "pilots.Fund.name": "funding.forms.FundForm.name",
    "pilots.GateReview.against": "gates.forms.OutcomeForm.against",
    "pilots.GateReview.case": "gates.forms.CaseForm.case",
    "pilots.GateReview.reason": "gates.forms.OutcomeForm.reason",
    "pilots.Happening.text": "evidence.forms.HappeningForm.text",
    "pilots.InternalHost.reason": "internal_hosts.forms.AllowForm.reason",
    "pilots.InternalHost.withdrawn_because": "internal_hosts.forms.WithdrawForm.reason",
    "pilots.LedgerEntry.note": "funding.forms.ExpenseForm.note",
    "pilots.LogEntry.blockers": "lifecycle.forms.LogForm.blockers",
    "pilots.LogEntry.done": "lifecycle.forms.LogForm.done",
    "pilots.LogEntry.learned": "lifecycle.forms.LogForm.learned",
    "pilots.LogEntry.next": "lifecycle.forms.LogForm.next",
    "pilots.Metric.definition": "metrics.forms.plan.MetricForm.definition",
    "pilots.Metric.design_because": "metrics.forms.plan.MetricForm.design_because",
    "pilots.Metric.name": "metrics.forms.plan.MetricForm.name",
    "pilots.Metric.steady_because": "metrics.forms.plan.MetricForm.steady_because",
    "pilots.MetricPanel.reason": "planning.forms.CloseForm.reason",
    "pilots.MetricVersion.definition": "metrics.forms.plan.MetricForm.definition",
    "pilots.MetricVersion.reason": "metrics.forms.plan.MetricForm.reason",
    "pilots.PanelCandidate.definition": "planning.forms.CandidateForm.definition",
    "pilots.PanelCandidate.name": "planning.forms.CandidateForm.name",
    "pilots.Pilot.change": "lifecycle.forms.CharterForm.change",
    "pilots.Pilot.hypothesis": "lifecycle.forms.CharterForm.hypothesis",
    "pilots.Pilot.summary": "lifecycle.forms.OpenPilotForm.summary",
    "pilots.Pilot.title": "lifecycle.forms.OpenPilotForm.title",
    "pilots.Sibling.label": "metrics.forms.siblings.SiblingForm.label",
    "pilots.SilentRunEnd.against": "lifecycle.forms.ShowOutputForm.against",
    "pilots.SilentRunEnd.reason": "lifecycle.forms.ShowOutputForm.reason",
    "pilots.SilentRunResult.grouping": "accuracy.forms.ResultForm.grouping",
    "pilots.SilentRunResult.reference": "accuracy.forms.ResultForm.reference",
    "pilots.SilentRunResult.subgroup": "accuracy.forms.ResultForm.subgroup",
    "pilots.SilentRunResult.superseded_because": "accuracy.forms.TakeBackForm.reason",
    "pilots.HandCount.counted_from": "metrics.forms.by_hand.HandCountForm.counted_from",
    "pilots.HandCount.reason": "metrics.forms.by_hand.HandCountForm.reason",
    "pilots.PushKey.name": "metrics.forms.push.PushKeyForm.name",
    "pilots.Source.name": "metrics.forms.sources.SourceForm.name",
    "pilots.Source.steward": "metrics.forms.sources.SourceForm.steward",
    "okrs.Cycle.name": "goals.forms.CycleForm.name",
    "okrs.KeyResult.title": "goals.forms.KeyResultForm.title",
    "okrs.Objective.title": "goals.forms.ObjectiveForm.title",
    "okrs.Objective.why": "goals.forms.ObjectiveForm.why",
    "pilots.Assessment.conclusion": "assurance.forms.ConcludeForm.conclusion",
    "pilots.AssessmentCondition.met_note": "assurance.forms.MetForm.note",
    "pilots.AssessmentCondition.text": "assurance.forms.ConditionForm.text",
    "pilots.DeclaredConflict.reason": "assurance.forms.ConflictForm.reason",
    "pilots.EvidenceItem.site": "assurance.forms.EvidenceForm.site",
    "pilots.EvidenceItem.text": "assurance.forms.EvidenceForm.text",
    "pilots.Delegation.reason": "delegation.forms.DelegationForm.reason",
    "pilots.LeadOffer.reason": "lifecycle.forms.LeadOfferForm.reason",
    "pilots.LeadOffer.words": "lifecycle.forms.LeadAnswerForm.words",
    "pilots.Mentor.line": "mentoring.forms.MentorOfferForm.line",
    "pilots.Mentorship.why": "mentoring.forms.MentorAskForm.why",
    "pilots.Mentorship.words": "mentoring.forms.MentorAnswerForm.words",
    "pilots.Mentorship.last_words": "mentoring.forms.MentoringEndForm.words",
    "pilots.MentoringSession.spoken_of": "mentoring.forms.MentoringSessionForm.spoken_of",
    "pilots.NextStep.what": "mentoring.forms.MentoringSessionForm.what_1",
    "pilots.TimeRequest.why": "staffing.forms.AskForm.why",
    "pilots.TimeRequest.cover": "staffing.forms.AskForm.cover",
    "pilots.TimeRequest.words": "staffing.forms.TimeAnswerForm.words",
    "pilots.Backfill.line_name": "funding.forms.LineForm.description",
    "pilots.Backfill.words": "protected_time.forms.BackfillForm.words",
    "pilots.ProtectedWeek.words": "protected_time.forms.WeekWhyForm.words",
    "pilots.Overrun.answer": "funding.forms.OverrunAnswerForm.answer",
    "pilots.Overrun.note": "funding.forms.ExpenseForm.note",
    "pilots.Overrun.reason": "funding.forms.ExpenseForm.reason",
    "pilots.PathwayRaise.reason": "lifecycle.forms.RaisePathwayForm.reason",
    "pilots.Product.again_because": "assurance.forms.ProductForm.again_because",
    "pilots.Product.captured": "assurance.forms.ProductForm.captured",
    "pilots.Product.intended_use": "assurance.forms.ProductForm.intended_use",
    "pilots.Product.kept": "assurance.forms.ProductForm.kept",
    "pilots.Product.maker": "assurance.forms.ProductForm.maker",
    "pilots.Product.name": "assurance.forms.ProductForm.name",
    "pilots.Product.processed": "assurance.forms.ProductForm.processed",
    "pilots.Product.readers": "assurance.forms.ProductForm.readers",
    "pilots.Product.recorded": "assurance.forms.ProductForm.recorded",
    "pilots.ProductVersion.changed": "assurance.forms.VersionForm.changed",
    "pilots.ProductVersion.version": "assurance.forms.VersionForm.version",
    "pilots.ConditionReport.missing": "assurance.forms.MetForm.note",
    "pilots.ConditionReport.note": "assurance.forms.ConditionReportForm.note",
    "pilots.SecondOpinion.question": "assurance.forms.AskOpinionForm.question",
    "pilots.SecondOpinion.text": "assurance.forms.OpinionForm.text",
    "pilots.Hazard.cause": "hazards.forms.HazardForm.cause",
    "pilots.Hazard.controls": "hazards.forms.HazardForm.controls",
    "pilots.Hazard.effect": "hazards.forms.HazardForm.effect",
    "pilots.Hazard.title": "hazards.forms.HazardForm.title",
    "pilots.Hazard.residual_why": "hazards.forms.ResidualForm.reason",
    "pilots.HazardControl.text": "hazards.forms.ControlForm.text",
    "pilots.TimeDeclaration.reason": "time_returned.forms.TimeForm.reason",
    "pilots.ScalePlan.integration": "scaling.forms.ScalePlanForm.integration",
    "pilots.ScalePlan.taking_out": "scaling.forms.ScalePlanForm.taking_out",
    "pilots.ScalePlan.training": "scaling.forms.ScalePlanForm.training",
    "pilots.ScalePlanAmendment.reason": "scaling.forms.AmendPlanForm.reason",
    "pilots.SustainedReview.despite": "sustaining.forms.SustainedForm.despite",
    "pilots.SustainedReview.seen": "sustaining.forms.OwnerSeesForm.seen",
    "pilots.LearningCard.next_team": "learning.forms.LearningForm.next_team",
    "pilots.LearningCard.problem": "learning.forms.LearningForm.problem",
    "pilots.LearningCard.seen": "learning.forms.LearningForm.seen",
    "pilots.LearningCard.tried": "learning.forms.LearningForm.tried",
    "pilots.LearningCard.works_for": "learning.forms.LearningForm.works_for",
    "pilots.LearningVersion.next_team": "learning.forms.LearningForm.next_team",
    "pilots.LearningVersion.problem": "learning.forms.LearningForm.problem",
    "pilots.LearningVersion.seen": "learning.forms.LearningForm.seen",
    "pilots.LearningVersion.tried": "learning.forms.LearningForm.tried",
    "pilots.LearningVersion.works_for": "learning.forms.LearningForm.works_for",
    "pilots.Incident.answer": "safety.forms.IncidentAnswerForm.words",
    "pilots.Incident.what": "safety.forms.IncidentForm.what",
    "pilots.SafetyHold.lifted_because": "lifecycle.forms.ReasonForm.reason",
    "pilots.SafetyHold.reason": "lifecycle.forms.ReasonForm.reason",
    "pilots.SignedHazardLog.reason": "hazards.forms.SignForm.reason",
    "pilots.StopRequest.reason": "safety.forms.StopAnswerForm.reason",
    "pilots.StopRequest.what": "safety.forms.StopForm.what",
    "pilots.Advice.answer": "lifecycle.forms.AdviceAnswerForm.answer",
    "pilots.Advice.text": "lifecycle.forms.AdviceForm.text",
    "pilots.Blocker.how": "lifecycle.forms.ClearBlockerForm.how",
    "pilots.Dissent.text": "gates.forms.DissentForm.text",
    "pilots.ClockExtension.reason": "gates.forms.OutcomeForm.reason",
    "pilots.GateReview.early_because": "gates.forms.OutcomeForm.early_because",
    "pilots.GateReview.stale": "metrics.forms.plan.MetricForm.name",
    "pilots.GateReview.stale_because": "gates.forms.OutcomeForm.stale_because",
    "pilots.Milestone.note": "milestones.forms.ReachedForm.note",
    "pilots.Milestone.what": "milestones.forms.MilestoneForm.what",
    "pilots.MilestoneMove.reason": "milestones.forms.MilestoneMoveForm.reason",
    "pilots.TrainingSession.title": "adoption.forms.TrainingForm.title",
    "pilots.TrainingSession.material": "adoption.forms.TrainingForm.material",
    "pilots.TrainingSession.place": "adoption.forms.TrainingForm.place",
    "pilots.TrainingSession.cancelled_because": "adoption.forms.CancelForm.reason",
    "pilots.Wave.name": "adoption.forms.WaveForm.name",
    "pilots.Wave.dropped_because": "adoption.forms.CancelForm.reason",
    "pilots.NobodyAffected.because": "adoption.forms.NobodyAffectedForm.because",
    "pilots.PdsaCycle.question": "adoption.forms.PdsaForm.question",
    "pilots.PdsaCycle.prediction": "adoption.forms.PdsaForm.prediction",
    "pilots.PdsaCycle.plan": "adoption.forms.PdsaForm.plan",
    "pilots.PdsaCycle.done": "adoption.forms.PdsaDoneForm.done",
    "pilots.PdsaCycle.result": "adoption.forms.PdsaCloseForm.result",
    "pilots.PdsaCycle.next_step": "adoption.forms.PdsaCloseForm.next_step",
    "pilots.SupportStep.what": "adoption.forms.SupportForm.what",
    "pilots.SupportStep.how": "adoption.forms.SupportForm.how",
    "pilots.SupportStep.note": "adoption.forms.SupportDoneForm.note",
    "pilots.ChangeQuestion.text": "adoption.forms.ChangeQuestionForm.text",
    "pilots.ChangeQuestion.answer": "adoption.forms.QuestionAnswerForm.answer",
    "pilots.OfficeHour.place": "adoption.forms.OfficeHourForm.place",
    "pilots.LessOf.what": "adoption.forms.LessForm.what",
    "pilots.LessOf.ended_because": "adoption.forms.CancelForm.reason",
    "pilots.Champion.why": "adoption.forms.ChampionForm.why",
    "pilots.Champion.words": "adoption.forms.ChampionAnswerForm.words",
    "pilots.Champion.ended_because": "adoption.forms.StepDownForm.reason",
    "pilots.AffectedGroup.name": "adoption.forms.GroupForm.name",
    "pilots.AffectedGroup.changes": "adoption.forms.GroupForm.changes",
    "pilots.AffectedGroup.people_because": "adoption.forms.GroupChangeForm.reason",
    "pilots.AffectedGroup.removed_because": "adoption.forms.GroupRemoveForm.reason",
    "pilots.CreditClaim.answer": "incentives.forms.CreditAnswerForm.answer",
    "pilots.CreditClaim.what": "incentives.forms.CreditClaimForm.what",
    "pilots.Incentive.despite": "incentives.forms.DespiteForm.despite",
    "pilots.Incentive.dropped_because": "incentives.forms.TakeOfferBackForm.reason",
    "pilots.Incentive.for_whom": "incentives.forms.IncentiveForm.for_whom",
    "pilots.Incentive.must_not": "incentives.forms.IncentiveForm.must_not",
    "pilots.Incentive.what": "incentives.forms.IncentiveForm.what",
    "pilots.Incentive.why_fits": "incentives.forms.IncentiveForm.why_fits",
    "pilots.IncentiveEvaluation.words": "incentives.forms.IncentiveEvaluationForm.words",
    "pilots.Thanks.text": "incentives.forms.ThanksForm.text",
    "pilots.PilotRisk.closed_because": "risks.forms.RiskCloseForm.reason",
    "pilots.PilotRisk.done": "risks.forms.RiskForm.done",
    "pilots.PilotRisk.what": "risks.forms.RiskForm.what",
    "pilots.RiskLook.done": "risks.forms.RiskLookForm.done",
    "pilots.UseCount.source": "adoption.forms.pulses.UseForm.source",
    "pilots.BarrierAction.what": "adoption.forms.pulses.TakeOnForm.what",
    "pilots.SurveyRound.label": "surveys.forms.AskGroupForm.label",
    "pilots.Instrument.about": "surveys.forms.InstrumentForm.about",
    "pilots.Instrument.name": "surveys.forms.InstrumentForm.name",
    "pilots.Instrument.licence": "surveys.forms.InstrumentForm.licence",
    "pilots.Instrument.low_label": "surveys.forms.InstrumentForm.low_label",
    "pilots.Instrument.high_label": "surveys.forms.InstrumentForm.high_label",
    "pilots.InstrumentItem.text": "surveys.forms.InstrumentForm.questions",
    "pilots.GateCondition.note": "gates.forms.ConditionVerifyForm.note",
    "pilots.GateCondition.text": "gates.forms.GateConditionForm.text",
    "innovation.PatientReport.answer": "redaction.forms.NobodyForm.answer",
    "innovation.PatientReport.where": "redaction.forms.ReportForm.where",
    "innovation.Redaction.reason": "redaction.forms.TakeOutForm.reason",
}
# Fields that a form makes for who asks.
MADE_FIELDS = {
    "pilots.DeclaredUse.no_measure": "time_returned.forms.TimeForm",
    "pilots.PanelRating.comment": "planning.forms.RatingsForm",
    "pilots.Source.config": "metrics.forms.sources.SourceForm",
    "pilots.Metric.splits": "metrics.forms.strata.SplitsForm",
    "pilots.Metric.binding": "metrics.forms.plan.MetricForm",
    "pilots.MetricVersion.binding": "metrics.forms.plan.MetricForm",
    "pilots.AssessmentAnswer.remark": "assurance.forms.JudgeForm",
    "pilots.Attestation.answers": "assurance.forms.AttestForm",
}
_CODE = "a hash, a key or a name that the product made"
_SAID = "a sentence of the product's own"
_COPY = "a copy of what was looked at where it was typed"
_SYSTEM = "what a system answered, or is called"
_PEOPLE = "what the hospital's own list or directory says of its staff"
_FIGURES = "figures and choices"
NOT_TYPED = {
    "innovation.AccessReview.left_out": _SAID,
    "innovation.ApprovalRound.subject": _CODE,
    "innovation.ApiToken.digest": _CODE,
    "innovation.BackupMade.file": _CODE,
    "innovation.ChainHead.hash": _CODE,
    "innovation.DailyMail.zone": _CODE,
    "innovation.DirectoryAccount.department": _PEOPLE,
    "innovation.DirectoryAccount.external_id": _PEOPLE,
    "innovation.DirectoryAccount.family_name": _PEOPLE,
    "innovation.DirectoryAccount.given_name": _PEOPLE,
    "innovation.DirectoryAccount.user_name": _PEOPLE,
    "innovation.DirectoryGroup.external_id": _PEOPLE,
    "innovation.DirectoryGroup.name": _PEOPLE,
    "innovation.Event.actor": _CODE,
    "innovation.Event.actor_name": _PEOPLE,
    "innovation.Event.details": _COPY,
    "innovation.Event.hash": _CODE,
    "innovation.Event.previous_hash": _CODE,
    "innovation.Event.request_id": _CODE,
    "innovation.Event.subject_name": _COPY,
    "innovation.Event.type": _CODE,
    "innovation.GroupRole.group": _PEOPLE,
    "innovation.ImportRow.changes": _PEOPLE,
    "innovation.ImportRow.kept": _PEOPLE,
    "innovation.ImportRow.said": _PEOPLE,
    "innovation.ImportRow.sentence": _SAID,
    "innovation.Invitation.token_hash": _CODE,
    "innovation.LeaderLease.holder": _CODE,
    "innovation.LogComparison.counts": _FIGURES,
    "innovation.LogComparison.faults": _FIGURES,
    "innovation.NeedDraft.fields": "its author's alone; looked at when it is sent",
    "innovation.Notice.request_id": _CODE,
    "innovation.Notice.subject": _CODE,
    "innovation.Notice.text": _COPY,
    "innovation.Notice.title": _COPY,
    "innovation.Notice.url": _CODE,
    "innovation.OutstandingTask.task": _CODE,
    "innovation.PasswordGuesses.subject": _CODE,
    "innovation.PeopleImport.columns": _PEOPLE,
    "innovation.PeopleImport.file_name": _PEOPLE,
    "innovation.PeopleImport.lines": _PEOPLE,
    "innovation.PeopleImport.mapping": _PEOPLE,
    "innovation.RetentionRun.reached": _FIGURES,
    "innovation.RetentionRun.removed": _FIGURES,
    "innovation.RoleGrant.from_group": _PEOPLE,
    "innovation.ScimToken.digest": _CODE,
    "innovation.Session.session_data": "sealed",
    "innovation.Session.session_key": _CODE,
    "innovation.SignOfLife.host": _SYSTEM,
    "innovation.StateChange.subject": _CODE,
    "innovation.Unit.name": _UNIT,
    "innovation.UsedKey.body": _COPY,
    "innovation.UsedKey.digest": _CODE,
    "innovation.UsedKey.key": _CODE,
    "innovation.UsedKey.location": _CODE,
    "innovation.User.job_title": _STAFF,
    "innovation.User.name": _STAFF,
    "innovation.User.password": _CODE,
    "innovation.User.time_zone": _CODE,
    "innovation.Verification.asked_by": _CODE,
    "innovation.Verification.asked_by_name": _PEOPLE,
    "innovation.Verification.end_hash": _CODE,
    "innovation.Verification.faults": _FIGURES,
    "innovation.Verification.previous_hash": _CODE,
    "pilots.Alarm.sentence": _SAID,
    "pilots.CalendarFeed.digest": _CODE,
    "pilots.Amendment.values": _COPY,
    "pilots.BulkBinding.name": _COPY,
    "pilots.EvidencePack.files": _CODE,
    "pilots.EvidencePack.sha256": _CODE,
    "pilots.FetchedCopy.asked_with": _CODE,
    "pilots.FetchedCopy.held": _SYSTEM,
    "pilots.FetchedCopy.sha256": _CODE,
    "pilots.LearningCard.because": _SAID,
    "pilots.LearningCard.facts": _COPY,
    "pilots.LearningCard.spared_how": _FIGURES,
    "pilots.LearningCard.title": _COPY,
    "pilots.GateReview.known": _COPY,
    "pilots.IncentiveEvaluation.seen": _SAID,
    "pilots.ScalePlanAmendment.after": _COPY,
    "pilots.ScalePlanAmendment.before": _COPY,
    "pilots.GuardrailLook.sentence": _SAID,
    "pilots.InternalHost.host": _SYSTEM,
    "pilots.HoursReturned.rests_on": _CODE,
    "pilots.KeptVerdict.rests_on": _CODE,
    "pilots.LedgerEntry.key": _CODE,
    "pilots.Metric.entity": _SYSTEM,
    "pilots.Stratum.group": _SYSTEM,
    "pilots.MetricVersion.meaning": _CODE,
    "pilots.MetricVersion.source_changes": _COPY,
    "pilots.MetricVersion.source_name": _COPY,
    "pilots.Pilot.pathway_answers": _FIGURES,
    "pilots.PowerForecast.found": _FIGURES,
    "pilots.PowerForecast.made_from": _FIGURES,
    "pilots.PowerForecast.made_of": _CODE,
    "pilots.PowerForecast.refused": _FIGURES,
    "pilots.Pull.leased_by": _CODE,
    "pilots.Pull.notes": _SAID,
    "pilots.Pull.origin": _SYSTEM,
    "pilots.Pull.problem": _SAID,
    "pilots.Pull.request_id": _CODE,
    "pilots.Pull.who_can_fix": _SAID,
    "pilots.QuarantinedRow.line": _SYSTEM,
    "pilots.QuarantinedRow.raw": _SYSTEM,
    "pilots.QuarantinedRow.reason": _SAID,
    "pilots.SilentRunEnd.known": _COPY,
    "pilots.PushKey.digest": _CODE,
    "pilots.PushSignature.signature": _CODE,
    "pilots.ServerPace.problem": _SAID,
    "pilots.ServerPace.server": _CODE,
    "pilots.Source.server": _CODE,
    "pilots.SourceCheck.answer": _SYSTEM,
    "pilots.SourceCheck.asked_with": _CODE,
    "pilots.SourceCheck.problem": _SAID,
    "pilots.SourceCheck.question": _COPY,
    "pilots.SourceCheck.who_can_fix": _SAID,
    "pilots.SourceFile.name": "the name of a file, looked at with what it holds",
    "pilots.SourceFile.sha256": _CODE,
    "pilots.SourcePace.problem": _SAID,
    "pilots.Assessment.questions": _COPY,
    "pilots.AssessmentAnswer.reopened_because": _COPY,
    "pilots.EvidenceItem.file_name": "the name of a file, looked at with what it holds",
    "pilots.EvidenceItem.media_type": _CODE,
    "pilots.EvidenceItem.sha256": _CODE,
    "pilots.Overrun.key": _CODE,
    "pilots.Receipt.name": "the name of a file",
    "pilots.Receipt.sha256": _CODE,
    "pilots.GateSignature.seen": _CODE,
    "innovation.PatientReport.page": _CODE,
    "innovation.Redaction.places": _FIGURES,
    "pilots.EvidencePack.held_sha256": _CODE,
    "pilots.SignedHazardLog.content": _COPY,
    "pilots.SignedHazardLog.digest": _CODE,
}
SHORT = 60  # below that a column holds a word, not a sentence


def columns() -> Iterator[str]:
    for storey in STOREYS:
        for model in apps.get_app_config(storey).get_models():
            if model._meta.proxy:
                continue
            for field in model._meta.concrete_fields:
                if holds_text(field):
                    yield f"{model._meta.label}.{field.name}"


def holds_text(field: models.Field[Any, Any]) -> bool:
    if isinstance(field, models.JSONField):
        return True
    shaped = isinstance(field, models.EmailField | models.URLField | models.SlugField)
    is_text = isinstance(field, models.CharField | models.TextField) and not shaped
    return is_text and not field.choices and (field.max_length or SHORT) >= SHORT


def test_every_text_of_the_tables_is_looked_at_or_typed_by_nobody() -> None:
    found = set(columns())
    known = {**TYPED, **MADE_FIELDS, **NOT_TYPED}
    assert found - known.keys() == set(), "say which form looks at it, or why nobody types it"
    assert known.keys() - found == set(), "no such column any more"
    assert len(known) == len(TYPED) + len(MADE_FIELDS) + len(NOT_TYPED)


def form_named(address: str, storey: str) -> type[NamesNoPatient]:
    module, _dot, name = address.rpartition(".")
    form = getattr(import_module(f"{storey}.{module}"), name)
    assert issubclass(form, NamesNoPatient)
    return form  # type: ignore[no-any-return]


@pytest.mark.parametrize(("column", "source"), TYPED.items())
def test_text_of_a_column_is_looked_at_where_it_is_typed(column: str, source: str) -> None:
    address, _dot, name = source.rpartition(".")
    form = form_named(address, column.partition(".")[0])
    assert takes_free_text(form.base_fields[name]), source
    assert name not in form.not_screened, source


@pytest.mark.parametrize(("column", "form"), MADE_FIELDS.items())
def test_text_of_a_made_field_is_looked_at(column: str, form: str) -> None:
    assert form_named(form, column.partition(".")[0])
