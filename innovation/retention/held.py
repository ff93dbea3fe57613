"""All that is held on a person: rows about them whole, rows in which they only acted by reference.

A row about somebody is theirs to have; a row that they wrote as part of their work is the
hospital's, so that they acted in it is told, and not what it says. `tests/innovation/retention`
holds that every column that refers to a person, or holds a name or an address, is in one of these
lists.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model, Q
from django.template.loader import render_to_string

from innovation.audit import actions as audit
from innovation.audit import presenters as audit_presenters
from innovation.audit.models import Event
from innovation.people.models import Session, User

# Rows about a person, and by which of their columns.
ABOUT: dict[str, tuple[str, ...]] = {
    "innovation.User": ("pk",),
    "account.EmailAddress": ("user",),
    "innovation.RoleGrant": ("person",),
    "innovation.RoleProposal": ("person",),
    "innovation.Deputyship": ("person", "deputy"),
    "innovation.ApiToken": ("user",),
    "innovation.Session": ("person",),
    "mfa.Authenticator": ("user",),
    "socialaccount.SocialAccount": ("user",),
    "innovation.AccountKey": ("person",),
    "innovation.ClosedAccount": ("person",),
    "innovation.ErasureRequest": ("person",),
    "innovation.ImportRow": ("person",),
    "innovation.Invitation": ("accepted_by",),
    "innovation.DirectoryAccount": ("person",),
    "innovation.DirectoryMembership": ("person",),
    "innovation.Notice": ("person",),
    "innovation.DailyMail": ("person",),
    "innovation.NeedDraft": ("person",),
    "innovation.Need": ("submitted_by",),
    "innovation.PatientReport": ("reported_by",),
    "innovation.Voice": ("person", "author_of__submitted_by"),
    "innovation.Idea": ("proposed_by",),
    "innovation.TalentProfile": ("person",),
    "innovation.HelpOffer": ("person",),
    "innovation.StateChange": ("by",),
    "innovation.Approval": ("person", "acting_for"),
    "innovation.UsedKey": ("person",),
    "pilots.TeamMember": ("person",),
    "pilots.FormerMember": ("person",),
    "pilots.LeadOffer": ("to", "offered_by"),
    "pilots.Delegation": ("given_by", "to"),
    "pilots.Allocation": ("person",),
    "pilots.TimeRequest": ("person", "asked_by", "answered_by"),
    "pilots.Mentor": ("person",),
    "pilots.Mentorship": ("person", "asked_by"),
    "pilots.MentoringSession": ("by",),
    "pilots.NextStep": ("who",),
    "pilots.ProtectedWeek": ("person",),
    "pilots.CalendarFeed": ("person",),
    "pilots.Backfill": ("person", "by"),
    "pilots.WeekCall": ("person",),
    "pilots.Champion": ("person", "asked_by", "ended_by"),
    "pilots.ChangeQuestion": ("asked_by",),
    "pilots.GroupMember": ("person",),
    "pilots.Attendance": ("person",),
    "pilots.LogEntry": ("by",),
    "pilots.StopRequest": ("asked_by",),
    "pilots.Incident": ("reported_by",),
    "pilots.Advice": ("by",),
    "pilots.Dissent": ("person",),
    "pilots.CardRead": ("person",),
    "pilots.PanelSeat": ("person",),
    "pilots.PanelRating": ("seat__person",),
    "pilots.Thanks": ("by",),
    "pilots.ThanksTo": ("person", "author_of__submitted_by"),
    "pilots.CreditClaim": ("person",),
    "pilots.CreditLeftOut": ("person",),
    "pilots.CreditTold": ("person", "told"),
    "pilots.AskedPerson": ("person",),
}
# Columns that are nobody's to read, or say nothing of a person.
LEFT_OUT: dict[str, str] = {
    "innovation.User.password": "a hash, by which passwords could be tried",
    "innovation.ApiToken.digest": "a hash of the key",
    "innovation.ApiToken.token_key": "the beginning of a key",
    "innovation.Session.session_key": "a hash of the key",
    "innovation.Session.session_data": "sealed; what stands there of a person is told beside it",
    "innovation.Invitation.token_hash": "a hash of the link",
    "pilots.CalendarFeed.digest": "a hash of the link",
    "innovation.Need.search": "worked out from the words",
    "mfa.Authenticator.data": "the seed of the second step, and hashes of recovery codes",
}
# Columns in which a person acted for the hospital: told by reference alone.
ACTED: dict[str, tuple[str, ...]] = {
    "innovation.RoleGrant": ("granted_by", "ended_by"),
    "innovation.RoleProposal": ("proposed_by", "decided_by"),
    "innovation.Deputyship": ("ended_by",),
    "innovation.AccountKey": ("by",),
    "innovation.ServiceAccount": ("owner", "created_by", "closed_by"),
    "innovation.GroupRole": ("made_by", "confirmed_by", "ended_by"),
    "innovation.ApprovalRound": ("opened_by",),
    "innovation.PeopleImport": ("uploaded_by", "started_by", "undo_by"),
    "innovation.Invitation": ("invited_by", "revoked_by"),
    "innovation.AccessReview": ("opened_by",),
    "innovation.ReviewedGrant": ("decided_by",),
    "innovation.ScimToken": ("owner", "revoked_by"),
    "innovation.ErasureRequest": ("answered_by",),
    "innovation.AddedSkill": ("added_by",),
    "innovation.HelpCall": ("asked_by", "closed_by"),
    "pilots.Pilot": (
        "lead",
        "sponsor",
        "sponsor_asked",
        "sponsor_asked_by",
        "owner",
        "opened_by",
    ),
    "innovation.PatientReport": ("answered_by",),
    "innovation.Redaction": ("by",),
    "pilots.PathwayRaise": ("by",),
    "pilots.Advice": ("answered_by",),
    "pilots.Blocker": ("owner", "cleared_by"),
    "pilots.ClockExtension": ("by",),
    "pilots.Milestone": ("by", "ended_by"),
    "pilots.MilestoneMove": ("by",),
    "pilots.TrainingSession": ("trainer", "by", "cancelled_by"),
    "pilots.GroupMember": ("added_by", "left_by"),
    "pilots.Attendance": ("marked_by", "taken_back_by"),
    "pilots.NobodyAffected": ("by",),
    "pilots.PdsaCycle": ("by", "closed_by"),
    "pilots.SupportStep": ("owner", "by", "ended_by"),
    "pilots.ChangeQuestion": ("answered_by",),
    "pilots.OfficeHour": ("host", "by", "cancelled_by"),
    "pilots.LessOf": ("decided_by", "by", "ended_by"),
    "pilots.Wave": ("by", "live_by", "dropped_by"),
    "pilots.AffectedGroup": ("by", "removed_by"),
    "pilots.PilotRisk": ("owner", "by", "closed_by"),
    "pilots.RiskLook": ("owner", "by"),
    "pilots.Instrument": ("by",),
    "pilots.UseCount": ("by",),
    "pilots.BarrierAction": ("owner", "by", "done_by"),
    "pilots.SurveyRound": ("opened_by", "closed_by"),
    "pilots.Mentorship": ("ended_by",),
    "pilots.NextStep": ("done_by",),
    "pilots.Incentive": ("by", "dropped_by"),
    "pilots.IncentiveEvaluation": ("by",),
    "pilots.CreditClaim": ("answered_by",),
    "pilots.SilentRunEnd": ("by",),
    "pilots.SafetyHold": ("placed_by", "lifted_by", "lifted_for"),
    "pilots.StopRequest": ("answered_by", "answered_for"),
    "pilots.Incident": ("answered_by", "answered_for"),
    "pilots.Hazard": ("recorded_by",),
    "pilots.HazardControl": ("owner", "planned_by", "done_by"),
    "pilots.HazardIncident": ("linked_by",),
    "pilots.SignedHazardLog": ("signed_by", "signed_for"),
    "pilots.AccuracyPromise": ("by",),
    "pilots.SilentRunResult": ("recorded_by", "superseded_by"),
    "pilots.Product": ("registered_by",),
    "pilots.ProductVersion": ("by",),
    "pilots.ProductUse": ("by",),
    "pilots.EvidenceItem": ("owner", "given_by"),
    "pilots.Assessment": ("opened_by", "reviewer", "reviewed_by"),
    "pilots.AssessmentAnswer": ("given_by", "judged_by"),
    "pilots.AssessmentCondition": ("owner", "set_by", "met_by"),
    "pilots.ConditionReport": ("by", "answered_by"),
    "pilots.SecondOpinion": ("asked_of", "asked_by", "answered_by"),
    "pilots.DeclaredConflict": ("person",),
    "pilots.Attestation": ("by",),
    "pilots.Award": ("awarded_by",),
    "pilots.LedgerEntry": ("by",),
    "pilots.Overrun": ("asked_by", "answered_by"),
    "pilots.Receipt": ("added_by",),
    "pilots.Source": ("created_by", "keeper"),
    "pilots.SourceFile": ("uploaded_by",),
    "pilots.SourceCheck": ("asked_by",),
    "pilots.InternalHost": ("allowed_by", "withdrawn_by"),
    "pilots.MetricVersion": ("by",),
    "pilots.Amendment": ("proposed_by", "decided_by"),
    "pilots.Sibling": ("added_by",),
    "pilots.Pull": ("requested_by",),
    "pilots.HandCount": ("by",),
    "pilots.BulkBinding": ("made_by",),
    "pilots.PushKey": ("made_by", "revoked_by"),
    "pilots.Alarm": ("answered_by",),
    "pilots.Happening": ("added_by", "taken_back_by"),
    "pilots.GateReview": ("opened_by", "decided_by", "decided_for"),
    "pilots.Delegation": ("ended_by",),
    "pilots.GateSignature": ("person", "signed_for"),
    "pilots.ScalePlan": ("owner", "asked", "asked_by"),
    "pilots.ScalePlanAmendment": ("by",),
    "pilots.TimeDeclaration": ("by",),
    "pilots.TouchQuestion": ("by",),
    "pilots.SustainedReview": ("answered_by",),
    "pilots.LearningCard": ("ask", "published_by"),
    "pilots.LearningVersion": ("ask", "by"),
    "pilots.GateCondition": ("owner", "verifier", "verified_by", "by"),
    "pilots.EvidencePack": ("frozen_by",),
    "pilots.MetricPanel": ("opened_by", "closed_by"),
    "pilots.PanelSeat": ("invited_by",),
    "okrs.Objective": ("sponsor",),
    "okrs.TargetMove": ("by",),
    "okrs.Measure": ("by",),
    "okrs.MeasureExchange": ("by",),
    "okrs.Contribution": ("by",),
}


@dataclass(frozen=True)
class HeldTable:
    """The rows of one table about a person."""

    label: str
    title: str
    rows: Sequence[Mapping[str, object]]


def about(person: User) -> Iterator[HeldTable]:
    for label, columns in ABOUT.items():
        model = apps.get_model(label)
        theirs = Q()
        for column in columns:
            theirs |= Q(**{column: person.pk})
        if label == "innovation.Invitation":
            theirs |= Q(email__iexact=person.email)
        rows = [_row(row, label, person) for row in model._base_manager.filter(theirs).iterator()]
        if rows:
            yield HeldTable(label, str(model._meta.verbose_name_plural), rows)


def _row(row: Model, label: str, person: User) -> dict[str, object]:
    told = {
        field.name: _value(row, field, person)
        for field in row._meta.concrete_fields
        if f"{label}.{field.name}" not in LEFT_OUT
    }
    if isinstance(row, Session):
        began, address, browser = row.began
        told |= {"began": began, "address": address, "browser": browser}
    return told


def _value(row: Model, field: Field[object, object], person: User) -> object:
    """Another person is not named: who did something to one's account stands in the log's part."""
    value = getattr(row, field.attname)
    if value is None or not field.is_relation:
        return value
    if isinstance(field.related_model, type) and issubclass(field.related_model, User):
        return "you" if value == person.pk else "somebody else"
    assert isinstance(field.related_model, type)
    return f"{field.related_model._meta.model_name}:{value}"


def acted(person: User) -> Iterator[str]:
    """In which rows the person acted, and as what: "pilots.pilot 12, lead"."""
    for label, columns in ACTED.items():
        model = apps.get_model(label)
        for column in columns:
            keys = model._base_manager.filter(**{column: person.pk}).order_by("pk")
            for key in keys.values_list("pk", flat=True).iterator():
                yield f"{label.lower()} {key}, {column}"


def logged(person: User) -> Iterator[dict[str, object]]:
    """The log's lines of what they did and what was done to them, as it tells them to them."""
    events = Event.objects.filter(Q(actor=person.ref) | Q(subjects__contains=[person.ref]))
    told = events.for_log().order_by("number").iterator()
    for one in audit_presenters.taken_away(told, reader=person):
        yield {"number": one.event.number, "at": one.event.at, "text": one.sentence}


def packed(person: User, *, at: datetime) -> bytes:
    """A ZIP of the same twice: for programs (JSON) and for reading (HTML)."""
    tables = list(about(person))
    held = {
        "exported_at": at,
        "person": audit.ref(person),
        "about": {table.label: table.rows for table in tables},
        "acted": list(acted(person)),
        "log": list(logged(person)),
    }
    page = render_to_string(
        "innovation/retention/held.html", {**held, "of": person, "tables": tables}
    )
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(held, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        archive.writestr("data.json", text)
        archive.writestr("data.html", page)
    return kept.getvalue()
