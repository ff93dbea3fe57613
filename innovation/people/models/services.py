"""Accounts of machines: which units each reaches, and who answers for it."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models.units import Unit
from innovation.people.models.users import User
from innovation.people.room import PeoplePermission


class ServiceAccountQuerySet(models.QuerySet["ServiceAccount"]):
    def visible_to(self, user: User) -> ServiceAccountQuerySet:
        """Those of units whose accounts the user reads, and those that the user answers for."""
        return self.filter(
            models.Q(account__unit_id__within=user.reach(PeoplePermission.READ))
            | models.Q(owner=user)
        )

    def with_last_use(self) -> ServiceAccountQuerySet:
        """Each with the last day on which one of its tokens was used."""
        return self.annotate(last_used_on=models.Max("account__auth_token_set__last_used_on"))


class ServiceAccount(models.Model):
    """A machine that reads, or brings in numbers, in the units that it is named for. Its name, and
    the unit whose administrators keep it, stand in the account; it has tokens and nothing else."""

    account = models.OneToOneField(
        User, on_delete=models.PROTECT, primary_key=True, related_name="service"
    )
    purpose = models.CharField(_("what it is for"), max_length=300)
    owner = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", verbose_name=_("who answers for it")
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    units = models.ManyToManyField(
        Unit, through="ServiceUnit", related_name="+", verbose_name=_("units it reaches")
    )

    objects = ServiceAccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closed_by=None)
                | models.Q(closed_at__isnull=False, closed_by__isnull=False),
                name="service_closed_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=~models.Q(owner=models.F("account")), name="service_answers_to_somebody"
            ),
        ]

    def __str__(self) -> str:
        return self.account.name

    def get_absolute_url(self) -> str:
        return reverse("innovation:service-detail", args=[self.pk])

    @property
    def ref(self) -> str:
        return self.account.ref

    @property
    def unit_id(self) -> int | None:
        """The unit whose log tells of it."""
        return self.account.unit_id


class ServiceUnit(models.Model):
    """A unit that a service account reaches, and all below it."""

    service = models.ForeignKey(ServiceAccount, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "unit"], name="service_reaches_unit_once")
        ]

    def __str__(self) -> str:
        return f"{self.service} · {self.unit}"
