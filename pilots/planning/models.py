"""What plans can answer, kept as it was worked out; and the panels that choose what is measured."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import PilotStatus
from pilots.metrics.models import Direction

# Before its first day, a plan can still be made better.
PLANNED = (
    PilotStatus.SHAPING,
    PilotStatus.PROPOSED,
    PilotStatus.APPROVED,
    PilotStatus.PREPARING,
)


class PowerForecastQuerySet(models.QuerySet["PowerForecast"]):
    def asked(self) -> PowerForecastQuerySet:
        """Those that somebody waits for."""
        return self.filter(Q(made_at=None) | Q(made_at__lt=F("asked_at")))

    def behind(self) -> PowerForecastQuerySet:
        """Those of pilots before their first day that were made from other numbers than there are, once these
        have come whole: a long history comes in parts."""
        held = Cast(KeyTextTransform("data_version", "made_from"), models.BigIntegerField())
        return (
            self.filter(
                made_at__gte=F("asked_at"),
                metric__pilot__status__in=PLANNED,
                metric__pilot__went_live_on=None,
                metric__asked_until=None,
            )
            .exclude(metric__direction=Direction.NEUTRAL)
            .alias(held=held)
            .filter(Q(held=None) | ~Q(held=F("metric__data_version")))
        )


class PowerForecast(models.Model):
    """What the simulation of one metric's plan found: worked out again where data or plan changed, so it is
    kept for reading alone. What a decision rests on is kept with the decision."""

    metric = models.OneToOneField(
        "pilots.Metric", on_delete=models.CASCADE, related_name="power_forecast"
    )
    asked_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)
    # The fingerprint of the data and the plan that it was made from.
    made_of = models.CharField(max_length=64, blank=True, default="", db_default="")
    made_from = models.JSONField(default=dict, blank=True)
    # What was found, or why nothing could be.
    found = models.JSONField(default=dict, blank=True)
    refused = models.JSONField(default=dict, blank=True)

    objects = PowerForecastQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="forecast_asked",
                condition=Q(made_at=None) | Q(made_at__lt=F("asked_at")),
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at=None, made_of="") | (Q(made_at__isnull=False) & ~Q(made_of="")),
                name="forecast_made_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.metric}, {self.made_at or '–'}"


class MetricPanelQuerySet(models.QuerySet["MetricPanel"]):
    def visible_to(self, user: User) -> MetricPanelQuerySet:
        """Panels of pilots that the user may see, and those that the user was invited to."""
        return self.filter(
            Q(pilot__in=Pilot.objects.visible_to(user).values("pk"))
            | Q(pk__in=PanelSeat.objects.filter(person=user.pk).values("panel"))
        )

    def open(self) -> MetricPanelQuerySet:
        return self.filter(closed_at=None)


class MetricPanel(models.Model):
    """Stakeholders rate what a pilot could measure, each alone; who opened it closes it with the set that is
    measured, and the reason."""

    pilot = models.ForeignKey(Pilot, on_delete=models.PROTECT, related_name="metric_panels")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(_("why this set"), max_length=2000, blank=True)

    objects = MetricPanelQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot"],
                name="metric_panel_one_open_a_pilot",
                condition=Q(closed_at=None),
                violation_error_message=_("This pilot has an open panel already."),
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, reason="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(reason="")),
                name="metric_panel_closed_whole",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="closed_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            ),
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return str(self.pilot)

    def get_absolute_url(self) -> str:
        return reverse("pilots:metric-panel", kwargs={"pk": self.pk})


def _while_open(name: str, panel: str) -> pgtrigger.Trigger:
    """Rows of a panel are written while it is open and never deleted. The panel's row is locked, so that
    none is written while it is being closed."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP <> 'DELETE' THEN
                PERFORM 1 FROM pilots_metricpanel panel
                WHERE panel.id = {panel} AND panel.closed_at IS NULL FOR SHARE;
                IF FOUND THEN RETURN NEW; END IF;
            END IF;
            RAISE EXCEPTION 'A panel keeps what was said in it, and takes nothing more once it is closed';
        """,
    )


class PanelCandidate(models.Model):
    """Something that a pilot could measure: one of its planned metrics, or one in words."""

    panel = models.ForeignKey(MetricPanel, on_delete=models.PROTECT, related_name="candidates")
    metric = models.ForeignKey(
        "pilots.Metric", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("name"), max_length=160)
    definition = models.CharField(
        _("definition"),
        max_length=300,
        help_text=_("What is counted over what, as a colleague would check it."),
    )
    # Said when the panel is closed.
    chosen = models.BooleanField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "name"],
                name="panel_candidate_once",
                violation_error_message=_("The panel has a candidate of this name already."),
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(definition=""), name="panel_candidate_in_words"
            ),
        ]
        triggers = [_while_open("candidate_while_open", "NEW.panel_id")]

    def __str__(self) -> str:
        return self.name


class PanelSeat(models.Model):
    """Somebody who was invited to rate."""

    panel = models.ForeignKey(MetricPanel, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["panel", "person"],
                name="panel_seat_once",
                violation_error_message=_("This person is on the panel already."),
            )
        ]
        triggers = [_while_open("seat_while_open", "NEW.panel_id")]

    def __str__(self) -> str:
        return f"{self.person} · {self.panel}"


class PanelRating(models.Model):
    """How important one person finds one candidate, from 1 (not at all) to 9 (nothing more so); it may be
    changed until the panel is closed."""

    candidate = models.ForeignKey(PanelCandidate, on_delete=models.PROTECT, related_name="ratings")
    seat = models.ForeignKey(PanelSeat, on_delete=models.PROTECT, related_name="ratings")
    score = models.PositiveSmallIntegerField()
    comment = models.CharField(max_length=600, blank=True, default="", db_default="")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["candidate", "seat"], name="panel_rating_once"),
            models.CheckConstraint(
                condition=Q(score__gte=1, score__lte=9), name="panel_rating_from_1_to_9"
            ),
        ]
        triggers = [
            _while_open(
                "rating_while_open",
                "(SELECT seat.panel_id FROM pilots_panelseat seat"
                " JOIN pilots_panelcandidate candidate ON candidate.panel_id = seat.panel_id"
                " WHERE seat.id = NEW.seat_id AND candidate.id = NEW.candidate_id)",
            )
        ]

    def __str__(self) -> str:
        return f"{self.candidate}: {self.score}"
