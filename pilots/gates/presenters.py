"""What a gate's page and its cards say, and reviews as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from innovation.needs.models import Need
from innovation.people.models import User
from innovation.rules import dates
from innovation.rules.money import money
from innovation.rules.numbers import number
from pilots.evidence import queries as evidence
from pilots.evidence.queries import Reading
from pilots.gates import queries
from pilots.gates.comparisons import hash_of_known
from pilots.gates.models import (
    DECISIONS_AT,
    Decision,
    Dissent,
    GateCondition,
    GateReview,
    GateSignature,
    Recommended,
    said_with_whom,
)
from pilots.gates.promises import AnswersPromised
from pilots.gates.queries import (
    OutcomeTable,
    PilotCost,
    Quorum,
    changed_since_approval,
    expected_and_measured,
)
from pilots.gates.recommendation import OutcomeRule, Recommendation
from pilots.lifecycle import checklist
from pilots.lifecycle.checklist import Checked, Gate
from pilots.lifecycle.models import Pilot
from pilots.metrics import siblings, steadiness
from pilots.metrics.figures import figures
from pilots.metrics.models import Dimension, Metric, MetricRole, SiblingKind


@dataclass(frozen=True)
class MetricPlanned:
    """One metric as the plan says it, before anything is known."""

    metric: Metric
    role: str
    sentence: str
    # What its verdicts will take for granted, or that there will be none.
    rests_on: str


def planned(metric: Metric, pilot: Pilot, *, seen_by: User | None = None) -> MetricPlanned:
    """ "Target 11 min · baseline 6 July to 26 October"."""
    parts = []
    if metric.target is not None:
        parts.append(_("target %(level)s") % {"level": figures(metric).planned(metric.target)})
    if metric.limit is not None:
        parts.append(_("limit %(level)s") % {"level": figures(metric).planned(metric.limit)})
    if metric.baseline_from and metric.baseline_until:
        parts.append(
            _("baseline %(start)s to %(end)s")
            % {
                "start": dates.day_in_words(metric.baseline_from),
                "end": dates.day_in_words(metric.baseline_until),
            }
        )
    parts.append(metric.source.name)
    sites = [one for one in metric.siblings.all() if one.kind == SiblingKind.SITE]
    names = siblings.names({one.series_id for one in sites}, seen_by=seen_by) if seen_by else {}
    rests_on = steadiness.rests_on(
        metric,
        first_day=pilot.starts_on,
        sites=len(sites),
        names=[names[one.series_id] for one in sites] if names else (),
    )
    return MetricPlanned(metric, str(metric.get_role_display()), " · ".join(parts), rests_on)


def cost_sentence(cost: PilotCost) -> str:
    """What it costs against what is left, in one breath."""
    if not cost.fits:
        return _("%(amount)s, and %(fund)s has only %(left)s left.") % {
            "amount": money(cost.amount),
            "fund": cost.request.fund,
            "left": money(cost.before),
        }
    return _("%(amount)s; %(fund)s goes from %(before)s to %(after)s.") % {
        "amount": money(cost.amount),
        "fund": cost.request.fund,
        "before": money(cost.before),
        "after": money(cost.after),
    }


def quorum_sentence(quorum: Quorum) -> str:
    names = ", ".join(said_with_whom(one.person, one.acting_for) for one in quorum.approvals)
    if quorum.needed == 1:
        return _("One approval is enough.")
    if not names:
        return _("It takes %(needed)s approvals; nobody has answered yet.") % {
            "needed": quorum.needed
        }
    return _("It takes %(needed)s approvals. %(names)s approved; one more is missing.") % {
        "needed": quorum.needed,
        "names": names,
    }


def promise_said(review: GateReview) -> str:
    """ "Answer promised by Thursday 3 December." """
    if review.answer_by is None:
        return ""
    day = dates.weekday_in_words(review.answer_by)
    if review.is_late:
        return _("An answer was promised by %(day)s, and is late.") % {"day": day}
    return _("Answer promised by %(day)s.") % {"day": day}


def need_sentence(need: Need) -> str:
    """How many share a need, as the cards say it."""
    if not need.voice_count:
        return _("Answers “%(need)s”.") % {"need": need.title}
    return ngettext(
        "Answers “%(need)s”. %(count)s colleague said this affects them too.",
        "Answers “%(need)s”. %(count)s colleagues said this affects them too.",
        need.voice_count,
    ) % {"need": need.title, "count": number(need.voice_count)}


def verdicts_of(review: GateReview, readings: Sequence[Reading]) -> list[tuple[str, str, str]]:
    """The verdict strip: as it reads now, or as it read when it was decided."""
    if review.decided_at is None:
        return [(one.label, one.verdict, one.sentence) for one in evidence.verdicts_from(readings)]
    return [
        (str(Dimension(one["dimension"]).label), one["word"], one["sentence"])
        for one in review.known.get("verdicts", ())
    ]


def measured_of(review: GateReview, readings: Sequence[Reading]) -> list[dict[str, object]]:
    """Said beside measured, for each metric; frozen once it is decided."""
    if review.decided_at is None:
        return [asdict(expected_and_measured(one)) for one in readings]
    return [
        {
            **one,
            "role": str(MetricRole(one["role"]).label),
            "level": one["measured"],
            "url": reverse("pilots:metric-detail", args=[one["metric"]]),
        }
        for one in review.known.get("readings", ())
    ]


@dataclass(frozen=True)
class ChangesShown:
    """What is not as it was agreed, and, said more quietly, what was added beside it, and that another
    edition of the statistics judges."""

    changed: list[Mapping[str, Any]]
    added: list[str]
    editions: list[Mapping[str, Any]]


def changes_shown(changes: Iterable[Mapping[str, Any]]) -> ChangesShown | None:
    """None where all is as it was agreed. What was kept with a decision before additions were told apart
    is all said loudly, as it was then."""
    found = list(changes)
    if not found:
        return None
    return ChangesShown(
        [one for one in found if not one.get("added") and not one.get("edition")],
        [one["of"] for one in found if one.get("added")],
        [one for one in found if one.get("edition")],
    )


def changed_now(pilot: Pilot, *, seen_by: User | None = None) -> ChangesShown | None:
    return changes_shown(
        asdict(change)
        for change in changed_since_approval(pilot, at=timezone.now(), seen_by=seen_by)
    )


def changed_of(
    review: GateReview, pilot: Pilot, *, seen_by: User | None = None
) -> ChangesShown | None:
    """What is not as it was agreed: as it is now, or as it was when the outcome was decided."""
    if review.decided_at is None:
        return changed_now(pilot, seen_by=seen_by)
    return changes_shown(review.known.get("changed", []))


def recommended_of(review: GateReview, now: Recommendation | None) -> Recommendation | None:
    """What the rule says: as it is now, or as it said when the outcome was decided."""
    known = review.known.get("recommendation")
    if review.decided_at is None or not known:
        return now
    return Recommendation(Recommended(known["step"]), known["because"])


def protocol_of(review: GateReview) -> str:
    """The hash of the protocol that was frozen with an approval; empty elsewhere."""
    agreed = review.known.get("protocol")
    return hash_of_known(agreed) if agreed and review.decision == Decision.APPROVE else ""


def checks_of(review: GateReview) -> list[Checked]:
    """What the gate asks: as it stands now, or as it stood when it was decided."""
    if review.decided_at is None:
        return checklist.checklist(review.pilot, review.gate)
    return [
        Checked(one["key"], one["label"], one["met"], one["sentence"], "")
        for one in review.known.get("checks", ())
    ]


def attested_of(review: GateReview) -> list[Mapping[str, Any]]:
    """Who looked at the pilot before: as it stands now, or as it stood when it was decided. Days are days."""
    found: Iterable[Mapping[str, Any]] = (
        queries.attested_of(review.pilot, at=timezone.now())
        if review.decided_at is None
        else review.known.get("attested", [])
    )
    return [{**one, "on": date.fromisoformat(one["on"])} for one in found]


def kept_out_of(review: GateReview) -> list[Mapping[str, Any]]:
    """Who could have decided and is on the team: as it stands now, or as it stood when it was decided."""
    found: Iterable[Mapping[str, Any]] = (
        queries.kept_out_of(review)
        if review.decided_at is None
        else review.known.get("kept_out", [])
    )
    return [{**one, "since": date.fromisoformat(one["since"])} for one in found]


def seen_of(review: GateReview, table: OutcomeTable | None) -> str:
    """The hash of all that lies on the table of a review that waits, which its form carries."""
    checks = () if review.gate == Gate.OUTCOME else checklist.checklist(review.pilot, review.gate)
    return hash_of_known(queries.known_at(review, checks=checks, table=table, at=timezone.now()))


def rule_said(rule: OutcomeRule) -> str:
    """The rule of the outcome in a sentence."""
    runs = ngettext(
        "It runs for %(n)s week at the least.",
        "It runs for %(n)s weeks at the least.",
        rule.least_weeks,
    ) % {"n": number(rule.least_weeks)}
    if rule.scale_at_target:
        scales = _(
            "It is scaled where the primary metric is better, at its target, and nothing harms."
        )
    else:
        scales = _("It is scaled where the primary metric is better and nothing harms.")
    return f"{scales} {runs}"


class GateConditionOut(serializers.ModelSerializer[GateCondition]):
    owner = serializers.CharField(source="owner.name")
    verifier = serializers.CharField(source="verifier.name")
    verified_by = serializers.CharField(source="verified_by.name", default=None, allow_null=True)
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = GateCondition
        fields = (
            "id",
            "text",
            "owner",
            "due_on",
            "verifier",
            "verified_at",
            "verified_by",
            "note",
            "page",
        )
        read_only_fields = fields


class AnswersPromisedOut(serializers.Serializer[AnswersPromised]):
    since = serializers.DateField()
    promised = serializers.IntegerField(help_text="How many answers were promised since then.")
    kept = serializers.IntegerField(help_text="How many came by their day.")
    late = serializers.IntegerField(help_text="How many came later, or are late now.")
    to_come = serializers.IntegerField(help_text="How many are open, and their day is to come.")
    median_days = serializers.FloatField(
        allow_null=True, help_text="From the question to the answer; null while there is none."
    )


class DissentOut(serializers.ModelSerializer[Dissent]):
    person = serializers.CharField(source="person.name")

    class Meta:
        model = Dissent
        fields = ("person", "at", "text")
        read_only_fields = fields


class GateSignatureOut(serializers.ModelSerializer[GateSignature]):
    person = serializers.CharField(source="person.name")
    signed_for = serializers.CharField(source="signed_for.name", default=None, allow_null=True)
    decision = serializers.CharField(read_only=True)
    seen = serializers.CharField(
        read_only=True, help_text="The SHA-256 of what was known on the page that was signed."
    )

    class Meta:
        model = GateSignature
        fields = ("person", "signed_for", "decision", "signed_at", "signed_with", "seen")
        read_only_fields = fields


class AttestedOut(serializers.Serializer[dict[str, object]]):
    area = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    by = serializers.CharField(allow_null=True)
    on = serializers.DateField()
    said = serializers.CharField()
    stands = serializers.BooleanField(help_text="Whether it still held when this was read.")
    open = serializers.ListField(
        child=serializers.CharField(), help_text="What was found and is still to be done."
    )


class ReviewOut(serializers.ModelSerializer[GateReview]):
    pilot_id = serializers.IntegerField()
    pilot = serializers.CharField(source="pilot.title")
    opened_by = serializers.CharField(source="opened_by.name")
    decided_by = serializers.CharField(source="decided_by.name", default=None, allow_null=True)
    decided_for = serializers.CharField(
        source="decided_for.name",
        default=None,
        allow_null=True,
        help_text="For whom it was decided, where somebody acted for another.",
    )
    decision = serializers.ChoiceField(Decision.choices, allow_blank=True, read_only=True)
    decisions = serializers.SerializerMethodField()
    recommended = serializers.ChoiceField(
        Recommended.choices,
        allow_blank=True,
        read_only=True,
        help_text="What the agreed rule said when the outcome was decided.",
    )
    against = serializers.CharField(
        read_only=True, help_text="Why it was decided against the rule; empty where it was not."
    )
    early_until = serializers.DateField(
        read_only=True,
        allow_null=True,
        help_text="Until when it was to run at the least, where it was decided before that.",
    )
    early_because = serializers.CharField(read_only=True)
    stale = serializers.CharField(
        read_only=True, help_text="The metrics whose numbers were old when it was decided."
    )
    stale_because = serializers.CharField(read_only=True)
    protocol = serializers.SerializerMethodField(
        help_text="The SHA-256 of what was agreed, frozen with the approval."
    )
    conditions = GateConditionOut(many=True, read_only=True)
    dissent = DissentOut(source="dissents", many=True, read_only=True)
    signatures = GateSignatureOut(many=True, read_only=True)
    attested = serializers.SerializerMethodField(
        help_text="Who had looked at the pilot when it was decided; empty while it waits."
    )
    page = serializers.CharField(source="get_absolute_url")

    class Meta:
        model = GateReview
        fields = (
            "id",
            "gate",
            "pilot_id",
            "pilot",
            "opened_at",
            "opened_by",
            "case",
            "with_go_live",
            "answer_by",
            "nobody_left_since",
            "decisions",
            "decided_at",
            "decided_by",
            "decided_for",
            "decision",
            "reason",
            "recommended",
            "against",
            "early_until",
            "early_because",
            "stale",
            "stale_because",
            "protocol",
            "conditions",
            "dissent",
            "signatures",
            "attested",
            "page",
        )
        read_only_fields = fields

    @extend_schema_field(AttestedOut(many=True))
    def get_attested(self, review: GateReview) -> Any:
        return AttestedOut(review.known.get("attested", []), many=True).data

    def get_protocol(self, review: GateReview) -> str:
        return protocol_of(review)

    def get_decisions(self, review: GateReview) -> list[str]:
        """What may be decided here."""
        return [decision.value for decision in DECISIONS_AT[Gate(review.gate)]]


class CheckOut(serializers.Serializer[list[Checked]]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    met = serializers.BooleanField()
    sentence = serializers.CharField()


DECIDED_TONES: dict[str | None, str] = {
    Decision.APPROVE: "done",
    Decision.SCALE: "done",
    Decision.EXTEND: "active",
    Decision.PIVOT: "open",
    Decision.RETURN: "open",
    Decision.STOP: "stopped",
    Decision.SUSTAINED: "done",
    Decision.LOOK_AGAIN: "active",
    Decision.TAKE_OUT: "stopped",
    Decision.WITHDRAW: "stopped",
}
