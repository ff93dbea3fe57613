"""Servers of the own network that sources may reach, each with a reason and a person."""

from __future__ import annotations

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from innovation.people.models import Unit, User
from pilots.internal_hosts.room import HostsPermission


class InternalHostQuerySet(models.QuerySet["InternalHost"]):
    def visible_to(self, user: User) -> InternalHostQuerySet:
        """Those of the units whose hosts the user reads about."""
        return self.filter(unit_id__within=user.reach(HostsPermission.READ))


class InternalHost(models.Model):
    """Sources of the unit, and of those below it, may reach this host although its address is not
    public. The row stays as it was made; it is withdrawn once."""

    host = models.CharField(max_length=253)  # small letters, without brackets
    port = models.PositiveIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )  # None: each port
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    allowed_at = models.DateTimeField()
    allowed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_because = models.TextField(blank=True)

    objects = InternalHostQuerySet.as_manager()

    class Meta:
        ordering = ["host", "port", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "host", "port"],
                name="internal_host_once_while_open",
                condition=models.Q(withdrawn_at=None),
                nulls_distinct=False,
                violation_error_message=_("This host is allowed in this unit already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(host="") & ~models.Q(reason=""),
                name="internal_host_has_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(port=None) | models.Q(port__gte=1, port__lte=65535),
                name="internal_host_port_exists",
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_at=None, withdrawn_by=None, withdrawn_because="")
                | (
                    models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                    & ~models.Q(withdrawn_because="")
                ),
                name="internal_host_withdrawn_by_somebody_with_a_reason",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="record_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False)
                | pgtrigger.Q(new__withdrawn_at__isnull=True)
                | pgtrigger.Q(old__host__df=pgtrigger.F("new__host"))
                | pgtrigger.Q(old__port__df=pgtrigger.F("new__port"))
                | pgtrigger.Q(old__unit__df=pgtrigger.F("new__unit"))
                | pgtrigger.Q(old__reason__df=pgtrigger.F("new__reason"))
                | pgtrigger.Q(old__allowed_at__df=pgtrigger.F("new__allowed_at"))
                | pgtrigger.Q(old__allowed_by__df=pgtrigger.F("new__allowed_by")),
            ),
        ]

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host and self.port else self.host
        return f"{host}:{self.port}" if self.port else host
