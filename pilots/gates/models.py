"""Gates: what was asked, what was known at that moment, and what was decided and why."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.rules import dates
from pilots.lifecycle import apart, run_time
from pilots.lifecycle.checklist import Gate
from pilots.lifecycle.models import Pilot


class Decision(models.TextChoices):
    APPROVE = "approve", _("Approve")
    RETURN = "return", _("Return")
    SCALE = "scale", _("Scale")
    EXTEND = "extend", _("Extend")
    PIVOT = "pivot", _("Pivot")
    STOP = "stop", _("Stop")
    WITHDRAW = "withdraw", _("Withdrawn")
    SUSTAINED = "sustained", _("Sustained")
    LOOK_AGAIN = "look_again", _("Look again")
    TAKE_OUT = "take_out", _("Take out of use")


class Recommended(models.TextChoices):
    """What the agreed rule says of an outcome."""

    SCALE = "scale", _("Scale")
    EXTEND = "extend", _("Extend")
    STOP = "stop", _("Stop")
    PAUSE = "pause", _("Pause")


DECISIONS_AT = {
    Gate.RESOURCES: (Decision.APPROVE, Decision.RETURN),
    Gate.GO_LIVE: (Decision.APPROVE, Decision.RETURN),
    Gate.OUTCOME: (Decision.SCALE, Decision.EXTEND, Decision.PIVOT, Decision.STOP),
    Gate.SUSTAINED: (Decision.SUSTAINED, Decision.LOOK_AGAIN, Decision.TAKE_OUT),
}


# Conditions belong to a decision by which the pilot goes on, or what it tried does.
GOES_ON = (Decision.APPROVE, Decision.SCALE, Decision.EXTEND)

DECIDED_FOR_EVER = ("pilot_id", "gate", "decision", "recommended", "early_until", "stale")


def said_with_whom(person: User, whom: User | None) -> str:
    """ "Frank Delacroix", or "Frank Delacroix for Dr Amara Osei"."""
    if whom is None:
        return person.name
    return gettext("%(person)s for %(whom)s") % {"person": person.name, "whom": whom.name}


class SignedWith(models.TextChoices):
    """By what somebody showed anew that it is them."""

    PASSWORD = "password", _("Password")
    CODE = "code", _("Code of the second step")
    PASSKEY = "passkey", _("Passkey")
    PROVIDER = "provider", _("Single sign-on")


_MORE_OF_A_PART = """
    {who} = NEW.opened_by_id
    OR EXISTS (SELECT 1 FROM pilots_gatereview r WHERE r.pilot_id = NEW.pilot_id
               AND r.id <> NEW.id AND r.opened_by_id = {who})
    OR NEW.gate <> 'sustained' AND EXISTS (
        SELECT 1 FROM pilots_scaleplan s WHERE s.pilot_id = NEW.pilot_id AND s.owner_id = {who})
    OR EXISTS (SELECT 1 FROM pilots_declaredconflict c WHERE c.pilot_id = NEW.pilot_id
               AND c.person_id = {who})
    OR """


def _has_a_part(who: str) -> str:
    """In SQL: whoever has or had a part in the pilot, asked for a decision on it at any time, owns what it
    tries (of what was scaled: `gate_sustained_not_by_its_owner`), or declared a conflict."""
    return _MORE_OF_A_PART.format(who=who) + apart.has_a_part(who, owns=False)


class GateReviewQuerySet(models.QuerySet["GateReview"]):
    def visible_to(self, user: User) -> GateReviewQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def waiting(self) -> GateReviewQuerySet:
        return self.filter(decided_at=None)

    def promised(self) -> GateReviewQuerySet:
        """Those whose team was promised an answer by a day, and did not take its question back."""
        return self.exclude(answer_by=None).exclude(decision=Decision.WITHDRAW)

    def against_the_rule(self) -> GateReviewQuerySet:
        """Outcomes that were decided otherwise than the agreed rule said."""
        return self.exclude(against="")

    def marked(self) -> GateReviewQuerySet:
        """Outcomes that bear a mark: against the rule, before their time, or on old numbers."""
        return self.exclude(against="", early_until=None, stale="")

    def last_approval(self, pilot: Pilot) -> GateReview | None:
        """With which the pilot was last given its resources."""
        return self.filter(pilot=pilot, gate=Gate.RESOURCES, decision=Decision.APPROVE).first()

    def approval_to_go_live(self, pilot: Pilot) -> GateReview | None:
        """By which the pilot may start, since it was last given its resources; perhaps with them."""
        last = self.filter(
            Q(gate=Gate.GO_LIVE) | Q(gate=Gate.RESOURCES), pilot=pilot, decision=Decision.APPROVE
        ).first()
        return last if last and (last.gate == Gate.GO_LIVE or last.with_go_live) else None


class GateReview(models.Model):
    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.PROTECT, related_name="gate_reviews")
    gate = models.CharField(max_length=10, choices=Gate.choices)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    # Whether the same decision lets it start, too (pilots/gates/pathways.py says where that is so).
    with_go_live = models.BooleanField(default=False, db_default=False)
    # The day by which the team was promised an answer, as it was said when it asked.
    answer_by = models.DateField(null=True, blank=True)
    # Since when nobody is left who could decide; those who can change that were told then.
    nobody_left_since = models.DateTimeField(null=True, blank=True)
    case = models.TextField(_("the team's case"), max_length=2000, blank=True)
    known = models.JSONField(default=dict)  # what was known when it was decided, frozen
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # For whom it was decided by somebody who acts for them, and the delegation where it was by one.
    decided_for = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    delegation = models.ForeignKey(
        "pilots.Delegation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    reason = models.TextField(blank=True)
    # What the agreed rule said when the outcome was decided, and why it was decided otherwise.
    recommended = models.CharField(
        max_length=6, choices=Recommended.choices, blank=True, default="", db_default=""
    )
    against = models.TextField(blank=True, default="", db_default="")
    # Until when it was to run at the least, where its outcome was decided before that, and why.
    early_until = models.DateField(null=True, blank=True)
    early_because = models.TextField(blank=True, default="", db_default="")
    # Which metrics had no number as new as theirs should be when it was decided, and why all the same.
    stale = models.TextField(blank=True, default="", db_default="")
    stale_because = models.TextField(blank=True, default="", db_default="")

    objects = GateReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot"], name="gate_one_open_a_pilot", condition=Q(decided_at=None)
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by=None, decision="")
                | (
                    Q(decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(decision="")
                    & (Q(decision="approve") | ~Q(reason=""))
                ),
                name="gate_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(recommended="")
                | Q(recommended="scale", decision="scale")
                | Q(recommended="extend", decision="extend")
                | Q(recommended__in=["stop", "pause"], decision__in=["stop", "pivot"])
                | ~Q(against=""),
                name="gate_against_the_rule_says_why",
            ),
            models.CheckConstraint(
                condition=Q(against="") | ~Q(recommended=""),
                name="gate_against_what_was_recommended",
            ),
            models.CheckConstraint(
                condition=Q(with_go_live=False) | Q(gate="resources"),
                name="gate_go_live_with_resources",
            ),
            models.CheckConstraint(
                condition=Q(decided_for=None)
                | (Q(decided_by__isnull=False) & ~Q(decided_for=F("decided_by"))),
                name="gate_decided_for_another",
            ),
            models.CheckConstraint(
                condition=Q(delegation=None) | Q(decided_for__isnull=False),
                name="gate_delegation_says_for_whom",
            ),
            models.CheckConstraint(
                condition=Q(early_until=None, early_because="")
                | (Q(early_until__isnull=False, gate="outcome") & ~Q(early_because="")),
                name="gate_early_says_why",
            ),
            models.CheckConstraint(
                condition=Q(stale="", stale_because="")
                | (Q(gate="outcome") & ~Q(stale="") & ~Q(stale_because="")),
                name="gate_stale_says_why",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="gate_promise_stays", fields=["answer_by"]),
            pgtrigger.Trigger(
                name="gate_decided_from_outside",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("decision"),
                condition=pgtrigger.Condition("NEW.decision NOT IN ('', 'withdraw')"),
                func=f"""
                    IF {_has_a_part("NEW.decided_by_id")} THEN
                        RAISE EXCEPTION 'a gate is decided by somebody who has no part in the pilot'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'gate_decided_from_outside';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # An approval above the amount that the fund names, and scaling what such a fund paid for.
            pgtrigger.Trigger(
                name="gate_signed_where_asked",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("decision"),
                condition=pgtrigger.Condition(
                    "((NEW.gate = 'resources' AND NEW.decision = 'approve')"
                    " OR (NEW.gate = 'outcome' AND NEW.decision = 'scale'))"
                ),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_request q JOIN pilots_fund f ON f.id = q.fund_id
                        WHERE q.id = (SELECT max(last.id) FROM pilots_request last
                                      WHERE last.pilot_id = NEW.pilot_id)
                        AND f.sign_above IS NOT NULL
                        AND (NEW.gate = 'outcome' OR f.sign_above < (
                            SELECT coalesce(sum(l.amount), 0) FROM pilots_budgetline l
                            WHERE l.request_id = q.id))
                    ) AND NOT EXISTS (
                        SELECT 1 FROM pilots_gatesignature s WHERE s.review_id = NEW.id
                        AND s.person_id = NEW.decided_by_id AND s.decision = NEW.decision
                    ) THEN
                        RAISE EXCEPTION 'this decision is signed by who makes it'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'gate_signed_where_asked';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # Whoever may not decide on a pilot has nobody decide on it for them.
            pgtrigger.Trigger(
                name="gate_decided_for_from_outside",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("decision"),
                condition=pgtrigger.Condition(
                    "NEW.decision NOT IN ('', 'withdraw') AND NEW.decided_for_id IS NOT NULL"
                ),
                func=f"""
                    IF {_has_a_part("NEW.decided_for_id")} THEN
                        RAISE EXCEPTION 'nobody with a part in the pilot lets another decide on it'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'gate_decided_for_from_outside';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # Days are the clock's of the installation, so one on either side is let pass.
            pgtrigger.Trigger(
                name="gate_decided_as_delegated",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("decision", "delegation_id"),
                condition=pgtrigger.Condition("NEW.delegation_id IS NOT NULL"),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_delegation d
                        WHERE d.id = NEW.delegation_id AND d.to_id = NEW.decided_by_id
                        AND d.given_by_id = NEW.decided_for_id AND d.accepted AND d.ended_at IS NULL
                        AND NEW.gate = ANY(d.gates)
                        AND NEW.decided_at::date BETWEEN d.starts_on - 1 AND d.ends_on + 1
                        AND d.unit_id IN (
                            WITH RECURSIVE above(id, parent_id) AS (
                                SELECT u.id, u.parent_id FROM innovation_unit u
                                JOIN pilots_pilot p ON p.unit_id = u.id WHERE p.id = NEW.pilot_id
                                UNION
                                SELECT u.id, u.parent_id FROM innovation_unit u
                                JOIN above a ON u.id = a.parent_id
                            ) SELECT id FROM above)
                        AND (d.up_to IS NULL OR d.up_to >= coalesce((
                            SELECT sum(l.amount) FROM pilots_budgetline l WHERE l.request_id = (
                                SELECT max(q.id) FROM pilots_request q
                                WHERE q.pilot_id = NEW.pilot_id)), 0))
                    ) THEN
                        RAISE EXCEPTION 'a decision stays within what was delegated'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'gate_decided_as_delegated';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # What a decision is marked by is marked for ever.
            pgtrigger.Protect(
                name="gate_marks_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.decided_at IS NOT NULL AND ("
                    + " OR ".join(
                        f"OLD.{one} IS DISTINCT FROM NEW.{one}" for one in DECIDED_FOR_EVER
                    )
                    + ")"
                ),
            ),
            # A day is left for the installation's clock beside that of the database.
            pgtrigger.Trigger(
                name="gate_early_is_marked",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("decision"),
                condition=pgtrigger.Condition(
                    "NEW.gate = 'outcome' AND NEW.decision IN ('scale', 'pivot', 'stop')"
                    " AND NEW.early_until IS NULL"
                ),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_pilot p
                        WHERE p.id = NEW.pilot_id
                        AND (NEW.decided_at AT TIME ZONE 'UTC')::date + 1 < p.went_live_on + 7 * coalesce((
                            SELECT (r.known->'protocol'->>'least_weeks')::int
                            FROM pilots_gatereview r
                            WHERE r.pilot_id = p.id AND r.gate = 'resources' AND r.decision = 'approve'
                            ORDER BY r.id DESC LIMIT 1
                        ), p.least_weeks)
                    ) THEN
                        RAISE EXCEPTION 'an outcome that is decided before its time is marked'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'gate_early_is_marked';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # Once its time is over, another way begins as another pilot.
            pgtrigger.Trigger(
                name="gate_no_pivot_after_its_time",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("decision"),
                condition=pgtrigger.Condition("NEW.decision = 'pivot'"),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_pilot p
                        WHERE p.id = NEW.pilot_id
                        AND (NEW.decided_at AT TIME ZONE 'UTC')::date - 1 > coalesce((
                            SELECT e.until FROM pilots_clockextension e
                            WHERE e.pilot_id = p.id AND e.live_on = p.went_live_on
                        ), p.went_live_on + 7 * LONGEST)
                    ) THEN
                        RAISE EXCEPTION 'a pilot whose time is over is scaled, stopped or extended'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'gate_no_pivot_after_its_time';
                    END IF;
                    RETURN NEW;
                """.replace("LONGEST", run_time.weeks_in_sql("p.pathway")),
            ),
            # Nothing is scaled of which nobody knows who owns it, what it costs and how it ends.
            pgtrigger.Trigger(
                name="gate_scaled_with_a_plan",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("decision"),
                condition=pgtrigger.Q(new__decision="scale"),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM pilots_scaleplan p
                        WHERE p.pilot_id = NEW.pilot_id AND p.owner_id IS NOT NULL
                            AND p.running_cost IS NOT NULL AND p.training <> ''
                            AND p.integration <> '' AND p.taking_out <> ''
                    ) THEN
                        RAISE EXCEPTION 'a pilot is scaled once its scale plan is whole'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'gate_scaled_with_a_plan';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="gate_sustained_not_by_its_owner",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("decision"),
                condition=pgtrigger.Q(new__gate="sustained") & ~pgtrigger.Q(new__decision=""),
                func="""
                    IF NEW.decision NOT IN ('sustained', 'look_again', 'take_out') OR EXISTS (
                        SELECT 1 FROM pilots_pilot p
                        WHERE p.id = NEW.pilot_id AND p.owner_id = NEW.decided_by_id
                    ) THEN
                        RAISE EXCEPTION 'who owns what was scaled does not decide whether it stays'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'gate_sustained_not_by_its_owner';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_gate_display()}: {self.pilot}"

    def get_absolute_url(self) -> str:
        page = "sustained-review" if self.gate == Gate.SUSTAINED else "gate-decide"
        return reverse(f"pilots:{page}", kwargs={"pk": self.pk})

    @property
    def is_late(self) -> bool:
        """Whether an answer was promised by a day that has passed, and there is none."""
        return (
            self.answer_by is not None
            and self.decided_at is None
            and self.answer_by < dates.today()
        )

    @property
    def decider(self) -> str:
        """Who decided it, and for whom."""
        if self.decided_by is None:
            return ""
        return said_with_whom(self.decided_by, self.decided_for)


def _while_it_waits(name: str) -> list[pgtrigger.Trigger]:
    """What is laid beside a decision is there before it, and stays."""
    return [
        pgtrigger.Protect(name=f"{name}_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name=f"{name}_before_the_decision",
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            func=f"""
                IF EXISTS (SELECT 1 FROM pilots_gatereview r
                           WHERE r.id = NEW.review_id AND r.decided_at IS NOT NULL) THEN
                    RAISE EXCEPTION 'it is decided'
                        USING ERRCODE = 'check_violation', CONSTRAINT = '{name}_before_the_decision';
                END IF;
                RETURN NEW;
            """,  # noqa: S608 - the name is a constant
        ),
    ]


class GateSignature(models.Model):
    """Somebody showed anew that it is them as they decided, on what they had before them."""

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="signatures")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision = models.CharField(max_length=10, choices=Decision.choices)
    signed_at = models.DateTimeField()
    signed_with = models.CharField(max_length=10, choices=SignedWith.choices)
    seen = models.CharField(max_length=64)  # SHA-256 of what was known on the page

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "person"], name="gate_signature_once_a_person"
            ),
            models.CheckConstraint(
                condition=Q(seen__regex=r"^[0-9a-f]{64}$"), name="gate_signature_says_what_was_seen"
            ),
            models.CheckConstraint(
                condition=Q(signed_with__in=SignedWith.values), name="gate_signature_says_how"
            ),
            models.CheckConstraint(
                condition=Q(signed_for=None) | ~Q(signed_for=F("person")),
                name="gate_signature_for_another",
            ),
        ]
        triggers = _while_it_waits("gate_signature")

    def __str__(self) -> str:
        return f"{self.signer}: {self.decision}"

    @property
    def signer(self) -> str:
        return said_with_whom(self.person, self.signed_for)


class DissentQuerySet(models.QuerySet["Dissent"]):
    def visible_to(self, user: User) -> DissentQuerySet:
        return self.filter(review__pilot__in=Pilot.objects.visible_to(user).values("pk"))


class Dissent(models.Model):
    """A concern of somebody who may decide, review or advise, kept beside the decision for ever."""

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="dissents")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("your concern"), max_length=2000)
    at = models.DateTimeField()

    objects = DissentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "person"],
                name="dissent_once_a_person",
                violation_error_message=_("You have said your concern here; it stays as it is."),
            ),
            models.CheckConstraint(condition=~Q(text=""), name="dissent_says_what"),
        ]
        triggers = _while_it_waits("dissent")

    def __str__(self) -> str:
        return f"{self.person}: {self.review}"

    def get_absolute_url(self) -> str:
        return self.review.get_absolute_url()


class GateConditionQuerySet(models.QuerySet["GateCondition"]):
    def open(self) -> GateConditionQuerySet:
        """Those that count, of decisions by which something goes on, and that nobody verified yet."""
        return self.filter(verified_at=None, review__decision__in=GOES_ON)

    def visible_to(self, user: User) -> GateConditionQuerySet:
        return self.filter(review__pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def for_list(self) -> GateConditionQuerySet:
        return self.select_related("review__pilot", "owner", "verifier", "verified_by", "by")


class GateCondition(models.Model):
    """Under which something was approved: what is to be done, by whom, by when, and who says that it was."""

    review = models.ForeignKey(GateReview, on_delete=models.PROTECT, related_name="conditions")
    text = models.TextField(_("condition"), max_length=600)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who sees to it"),
    )
    due_on = models.DateField(_("by when"))
    verifier = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who verifies it"),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    note = models.TextField(_("what you saw"), max_length=2000, blank=True)

    objects = GateConditionQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="gate_condition_says_what"),
            models.CheckConstraint(
                condition=~Q(owner=F("verifier")),
                name="gate_condition_verified_by_another",
                violation_error_message=_("Nobody verifies what they see to themselves."),
            ),
            models.CheckConstraint(
                condition=Q(verified_at=None, verified_by=None, note="")
                | (Q(verified_at__isnull=False, verified_by__isnull=False) & ~Q(note="")),
                name="gate_condition_verified_whole",
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None) | ~Q(verified_by=F("owner")),
                name="gate_condition_not_verified_by_its_owner",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="gate_condition_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="gate_condition_as_agreed",
                fields=["review", "text", "owner", "due_on", "verifier", "by", "at"],
            ),
            pgtrigger.Protect(
                name="gate_condition_verified_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__verified_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("pilots:gate-condition", kwargs={"pk": self.pk})
