"""The tokens by which a directory signs in, and what it calls the people and groups that it keeps."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from innovation.people.models import Unit, User
from innovation.people.room import PeoplePermission


class ScimTokenQuerySet(models.QuerySet["ScimToken"]):
    def visible_to(self, user: User) -> ScimTokenQuerySet:
        return self.filter(unit_id__within=user.reach(PeoplePermission.MANAGE))

    def current(self, at: datetime) -> ScimTokenQuerySet:
        return self.filter(revoked_at=None, expires_at__gt=at)


class ScimToken(models.Model):
    """A key by which one identity provider keeps the people of one unit and of all below it. Only
    its hash is kept. It may do what its owner may do to people there, no more, and nothing else."""

    name = models.CharField(_("what it is for"), max_length=80)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("people of")
    )
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    start = models.CharField(max_length=12)  # shown, so that people know which one it is
    digest = models.CharField(max_length=64, unique=True)
    mails_welcome = models.BooleanField(
        _("mail new people a link to choose a password"), default=False
    )
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ScimTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="scim_token_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="scim_token_revoked_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DirectoryClientManager(models.Manager["DirectoryClient"]):
    def of(self, token: ScimToken) -> DirectoryClient:
        """Whoever acts by this token: its owner, under the token's name and within its unit."""
        client = self.get(pk=token.owner_id)
        client.token = token
        client.name = f"{token.name} ({client.name})"[:120]
        client.is_superuser = False
        below = token.unit.descendants(include_self=True).values_list("pk", flat=True)
        client.scope = frozenset(below)
        return client


class DirectoryClient(User):
    """An identity provider at work: the person who answers for it, as the log names them, held to
    the unit of the token. Nobody ever saves one."""

    token: ScimToken
    scope: frozenset[int]
    acts_in_person = False

    objects: ClassVar[DirectoryClientManager] = DirectoryClientManager()  # type: ignore[assignment]

    class Meta:
        proxy = True

    def reach(self, permission: str | None = None) -> frozenset[int]:
        """As its owner reaches, within the token's unit, and to keep people alone."""
        if permission not in (PeoplePermission.MANAGE, PeoplePermission.READ):
            return frozenset()
        return super().reach(permission) & self.scope


class DirectoryAccount(models.Model):
    """What a directory calls a person whose account it keeps."""

    person = models.OneToOneField(
        User, on_delete=models.PROTECT, related_name="directory_account", primary_key=True
    )
    user_name = models.CharField(max_length=254)
    external_id = models.CharField(max_length=254, blank=True, db_index=True)
    given_name = models.CharField(max_length=120, blank=True)
    family_name = models.CharField(max_length=120, blank=True)
    department = models.CharField(max_length=120, blank=True)
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)  # by the directory, not by hand
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("user_name"),
                name="directory_user_name_unique_any_case",
                violation_error_message=_("The directory calls somebody else by this name."),
            ),
            models.CheckConstraint(condition=~Q(user_name=""), name="directory_user_name_given"),
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(closed_at__isnull=False),
                name="directory_deleted_is_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.user_name


class DirectoryGroupQuerySet(models.QuerySet["DirectoryGroup"]):
    def visible_to(self, user: User) -> DirectoryGroupQuerySet:
        return self.filter(unit_id__within=user.reach(PeoplePermission.MANAGE))


class DirectoryGroup(models.Model):
    """A group of a directory, as the identity provider of one unit keeps it."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=254)
    external_id = models.CharField(max_length=254, blank=True, db_index=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    members = models.ManyToManyField(
        User, through="DirectoryMembership", related_name="directory_groups"
    )

    objects = DirectoryGroupQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "unit",
                Lower("name"),
                name="directory_group_name_once_a_unit",
                violation_error_message=_("This unit's directory has a group of this name."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="directory_group_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class DirectoryMembership(models.Model):
    group = models.ForeignKey(DirectoryGroup, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="directory_memberships")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "person"], name="directory_member_once_a_group"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.group}"
