"""Which group of an identity provider's holds which role."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from innovation.federation import providers
from innovation.people.models import RoleGrant, RoleGrantQuerySet, Unit, User
from innovation.people.roles import ROLES
from innovation.people.room import PeoplePermission


class GroupRoleQuerySet(models.QuerySet["GroupRole"]):
    def current(self) -> GroupRoleQuerySet:
        return self.filter(ended_at=None)

    def visible_to(self, user: User) -> GroupRoleQuerySet:
        """Those of the units whose people and roles the user keeps."""
        return self.filter(unit_id__within=user.reach(PeoplePermission.MANAGE))


class GroupRole(models.Model):
    """Whoever is in this group, as its provider says at each sign-in, holds this role in this unit."""

    provider = models.CharField(max_length=30)  # the key by which the settings name it
    group = models.CharField(_("group"), max_length=200)
    role = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # When somebody decided anew that everybody in the group holds it, whoever lost it meanwhile.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = GroupRoleQuerySet.as_manager()

    class Meta:
        ordering = ["group", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "group", "role", "unit"],
                name="group_role_once_while_current",
                condition=Q(ended_at=None),
                violation_error_message=_("This group holds this role in this unit already."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="group_role_ended_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="group_role_confirmed_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=~Q(provider="") & ~Q(group="") & ~Q(role=""),
                name="group_role_says_which",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group} · {self.role_name} · {self.unit}"

    @property
    def mark(self) -> str:
        """What a role that it gave says of where it comes from."""
        return f"{self.provider}:{self.group}"

    def withheld(self) -> RoleGrantQuerySet:
        """What an administrator took back since this was decided: the group does not give it to
        these people again. Who confirmed it anew gets nothing back by that."""
        decided = Q(ended_at__gte=self.confirmed_at or self.made_at)
        if self.confirmed_by_id is not None:
            decided |= Q(ended_at__gte=self.made_at, person=self.confirmed_by_id)
        return RoleGrant.objects.taken_back().filter(decided, role=self.role, unit=self.unit_id)

    @property
    def role_name(self) -> str:
        return str(ROLES[self.role].name) if self.role in ROLES else self.role

    @property
    def provider_name(self) -> str:
        """In words; a provider that is set up no more keeps its key."""
        return providers.whose_groups().get(self.provider, self.provider)
