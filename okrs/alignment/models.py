"""The only tables between the two worlds: which metric measures a key result, and which pilots
say they move it and by how much."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, Least
from django.utils.translation import gettext_lazy as _

from innovation.workflow.models import StateChange
from pilots.lifecycle.states import PilotStatus


class Measure(models.Model):
    """The one metric whose measured level is the key result's value."""

    key_result = models.OneToOneField(
        "okrs.KeyResult", on_delete=models.CASCADE, related_name="measure"
    )
    metric = models.ForeignKey("pilots.Metric", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        triggers = [
            # As a moved target does (`KeyResult`): its action says by whom, and has written the row.
            pgtrigger.Trigger(
                name="exchange_leaves_a_mark",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("metric_id"),
                condition=pgtrigger.AnyChange("metric_id"),
                func="""
                    IF (NEW.metric_id, OLD.metric_id) IS DISTINCT FROM (
                        SELECT (metric_id, metric_before_id)
                        FROM okrs_measureexchange WHERE key_result_id = NEW.key_result_id
                        ORDER BY id DESC LIMIT 1
                    ) THEN
                        INSERT INTO okrs_measureexchange
                            (key_result_id, metric_before_id, metric_id, at)
                        VALUES (NEW.key_result_id, OLD.metric_id, NEW.metric_id, now());
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.key_result} by {self.metric}"


class MeasureExchangeQuerySet(models.QuerySet["MeasureExchange"]):
    def within_the_cycle(self) -> MeasureExchangeQuerySet:
        """Those of which the objective had begun, in this cycle or one that it was moved from: before
        that it was being set."""
        objective = "key_result__objective"
        begun = Least(f"{objective}__begun_on", f"{objective}__cycle__starts_on")
        return (
            self.filter(at__date__gte=begun)
            .select_related("by", "metric", "metric_before")
            .order_by("pk")
        )


class MeasureExchange(models.Model):
    """Another metric measures a key result: which one before, when, and who exchanged it (None: past
    this site, in the database)."""

    key_result = models.ForeignKey(
        "okrs.KeyResult", on_delete=models.CASCADE, related_name="exchanges"
    )
    metric_before = models.ForeignKey("pilots.Metric", on_delete=models.PROTECT, related_name="+")
    metric = models.ForeignKey("pilots.Metric", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    objects = MeasureExchangeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.key_result}: {self.metric_before} → {self.metric}"


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def with_state_then(self) -> ContributionQuerySet:
        """Each with `state_then`: what the pilot was when this was said."""
        changes = StateChange.objects.filter(
            subject=Concat(Value("pilot:"), Cast(OuterRef("pilot_id"), models.CharField())),
            at__lt=OuterRef("at"),
        )
        return self.annotate(
            state_then=Coalesce(
                Subquery(changes.order_by("-id").values("target")[:1]),
                Value(PilotStatus.SHAPING.value),
            )
        )


class Contribution(models.Model):
    """A pilot's claim on a key result: "we expect to move it by this much"."""

    pilot = models.ForeignKey("pilots.Pilot", on_delete=models.CASCADE, related_name="+")
    key_result = models.ForeignKey(
        "okrs.KeyResult", on_delete=models.PROTECT, related_name="contributions"
    )
    claimed = models.DecimalField(
        _("claimed change"), max_digits=20, decimal_places=6, null=True, blank=True
    )
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = ContributionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "key_result"],
                name="contribution_once",
                violation_error_message=_("The pilot is linked to this key result already."),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="claim_fixed_with_the_charter",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF (TG_OP = 'UPDATE' OR OLD.claimed IS NOT NULL) AND EXISTS (
                        SELECT 1 FROM pilots_pilot
                        WHERE id = OLD.pilot_id AND status <> 'shaping'
                    ) THEN
                        RAISE EXCEPTION 'a claim is fixed with its charter'
                        USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'claim_fixed_with_the_charter';
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.pilot} → {self.key_result}"
