"""Groups of people whose work a pilot changes."""

from __future__ import annotations

from functools import partial

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from pilots.adoption.nasss import Complexity, Domain, complex_domains
from pilots.lifecycle.models import Pilot
from pilots.lifecycle.states import ENDED
from pilots.metrics.models import Metric

# Whose work changes is known once the pilot has ended, and stays as it was known then.
OPEN_PILOT = """
    IF EXISTS (SELECT 1 FROM pilots_pilot p WHERE p.id = NEW.pilot_id
               AND p.status IN ('scaled', 'stopped', 'withdrawn'))
    THEN RAISE EXCEPTION 'the pilot has ended'
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_ARGV[0]; END IF;
    RETURN NEW;
"""

# What is asked of a pilot's groups is not turned while somebody decides on it.
NOBODY_DECIDES = """
    IF EXISTS (SELECT 1 FROM pilots_gatereview r WHERE r.pilot_id = {pilot} AND r.decided_at IS NULL)
    THEN RAISE EXCEPTION 'groups and waves stay while somebody decides'
        USING ERRCODE = 'check_violation', CONSTRAINT = '{name}'; END IF;
    RETURN {row};
"""

_judged = partial(models.CharField, max_length=11, choices=Complexity.choices, blank=True)


class GroupQuerySet(models.QuerySet["AffectedGroup"]):
    def visible_to(self, user: User) -> GroupQuerySet:
        return self.filter(pilot__in=Pilot.objects.visible_to(user).values("pk"))

    def standing(self) -> GroupQuerySet:
        """Not taken out again."""
        return self.filter(removed_at=None)

    def open(self) -> GroupQuerySet:
        """Standing, of a pilot that has not ended."""
        return self.standing().exclude(pilot__status__in=ENDED)

    def for_list(self) -> GroupQuerySet:
        return self.select_related("pilot__unit", "pilot__lead", "unit", "site", "removed_by")


class AffectedGroup(models.Model):
    """People whose work a pilot changes: who, how many, where, what changes, and how hard that is."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="groups_affected")
    name = models.CharField(_("who"), max_length=120)
    people = models.PositiveIntegerField(_("how many people"))
    unit = models.ForeignKey(
        "innovation.Unit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("unit"),
    )
    site = models.ForeignKey(
        "innovation.Unit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("site"),
    )
    changes = models.TextField(_("what changes for them"), max_length=1000)
    condition = _judged()
    technology = _judged()
    value = _judged()
    adopters = _judged()
    organisation = _judged()
    system = _judged()
    time = _judged()
    # From which metrics of the pilot it is read how many use it; empty: the team counts.
    active_metric = models.ForeignKey(
        Metric,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("metric of who uses it"),
        db_index=False,
    )
    still_active_metric = models.ForeignKey(
        Metric,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("metric of who still uses it after four weeks"),
        db_index=False,
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_because = models.TextField(_("why"), max_length=600, blank=True)
    # How many they were when resources were approved, where that was changed since.
    people_before = models.PositiveIntegerField(null=True, blank=True)
    people_changed_at = models.DateTimeField(null=True, blank=True)
    people_because = models.TextField(
        _("why they are as many"), max_length=600, blank=True, default="", db_default=""
    )

    objects = GroupQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(changes="") & Q(people__gte=1),
                name="group_says_who_and_what",
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=False) | Q(site__isnull=False), name="group_is_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(**{f"{one}__in": ["", *Complexity.values] for one in Domain.values}),
                name="group_judged_in_known_words",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None, removed_because="")
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="group_removed_whole",
            ),
            models.CheckConstraint(
                condition=Q(people_before=None, people_changed_at=None, people_because="")
                | (
                    Q(people_before__isnull=False, people_changed_at__isnull=False)
                    & ~Q(people_because="")
                ),
                name="group_size_changed_whole",
            ),
            models.UniqueConstraint(
                "pilot",
                models.functions.Lower("name"),
                condition=Q(removed_at=None),
                name="group_named_once",
                violation_error_message=_("A group of this name is there already."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="group_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="group_is_of_one_pilot",
                operation=pgtrigger.UpdateOf("pilot_id", "by_id", "at"),
            ),
            pgtrigger.Protect(
                name="removed_group_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__removed_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="group_stays_while_decided_on",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("people", "removed_at"),
                condition=pgtrigger.Condition(
                    "OLD.people <> NEW.people OR OLD.removed_at IS DISTINCT FROM NEW.removed_at"
                ),
                func=NOBODY_DECIDES.format(
                    pilot="NEW.pilot_id", name="group_stays_while_decided_on", row="NEW"
                ),
            ),
            pgtrigger.Trigger(
                name="group_of_an_open_pilot",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=OPEN_PILOT.replace("TG_ARGV[0]", "'group_of_an_open_pilot'"),
            ),
            pgtrigger.Trigger(
                name="use_metric_of_its_pilot",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert
                | pgtrigger.UpdateOf("active_metric_id", "still_active_metric_id"),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM pilots_metric m
                        WHERE m.id IN (NEW.active_metric_id, NEW.still_active_metric_id)
                          AND m.pilot_id IS DISTINCT FROM NEW.pilot_id
                    ) THEN
                        RAISE EXCEPTION 'use is read from a metric of the pilot'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'use_metric_of_its_pilot';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("pilots:group", kwargs={"pk": self.pk})

    @property
    def judged(self) -> dict[str, str]:
        """How hard it is, by domain; empty where nobody judged yet."""
        return {one: getattr(self, one) for one in Domain.values}

    @property
    def complex_in(self) -> str:
        """The domains that were judged complex, in words; empty where none was."""
        return ", ".join(str(Domain(one).label) for one in complex_domains(self.judged))

    @property
    def where_id(self) -> int | None:
        """The place whose leader sees the group's names."""
        return self.unit_id or self.site_id

    @property
    def where(self) -> str:
        """The unit and the site, by name."""
        return ", ".join(dict.fromkeys(one.name for one in (self.unit, self.site) if one))


class NobodyAffected(models.Model):
    """Nobody's work changes, as the team says in a sentence; gone once a group is named."""

    pilot = models.OneToOneField(Pilot, on_delete=models.CASCADE, related_name="nobody_affected")
    because = models.TextField(_("why nobody's work changes"), max_length=600)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(because=""), name="nobody_affected_says_why"),
        ]

    def __str__(self) -> str:
        return self.because
