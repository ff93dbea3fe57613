"""Who works here, and what their roles let them do where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.auth.password_validation import validate_password
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models.functions import Lower
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from innovation.people import tree
from innovation.people.models.account_kinds import SERVICE_DOMAIN, AccountKind
from innovation.people.models.grants import REFUSE_WITHOUT_ANOTHER, RoleGrant
from innovation.people.models.units import Unit, UnitQuerySet
from innovation.people.roles import (
    EVERYBODY,
    NEVER_DEPUTISED,
    ROLES,
    SERVICE,
    SERVICE_PERMISSIONS,
    needs_second_person,
)
from innovation.people.room import PeoplePermission
from innovation.rules import dates
from innovation.rules.languages import language_of
from innovation.rules.refusal import NotAllowed

_GRANTED = """
    SELECT role, unit_id FROM innovation_rolegrant
    WHERE person_id = %s AND ended_at IS NULL AND (ends_on IS NULL OR ends_on >= %s)
"""
_NAMED = "SELECT %s::varchar, unit_id FROM innovation_serviceunit WHERE service_id = %s"


def _permissions(role: str) -> frozenset[str]:
    """Of a role, or of a service account; none of a role that there is no more."""
    if role == SERVICE:
        return SERVICE_PERMISSIONS
    return ROLES[role].permissions if role in ROLES else frozenset()


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, email: str, name: str, password: str | None = None, **fields: Any
    ) -> User:
        user = self.model(email=self.normalize_email(email).lower(), name=name, **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save()
        return user

    def create_superuser(self, email: str, name: str, password: str | None, **fields: Any) -> User:
        """Somebody who may enter Django's admin, the back room; it gives no role in the product.

        Django's command lets a weak password pass, by an answer or by a variable; here none does.
        """
        if password is not None:
            validate_password(password, self.model(email=email, name=name))
        return self.create_user(email, name, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email__iexact=email)


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> UserQuerySet:
        return self.filter(is_active=True)

    def visible_to(
        self, user: User, permission: str | None = PeoplePermission.READ
    ) -> UserQuerySet:
        """People who belong to, or hold a role in, a unit in which the user holds `permission`
        (any role at all where it is None); and the user. Staff of the whole who audit one hospital
        read about the people of that hospital alone."""
        reach = user.reach(permission)
        return self.filter(
            models.Q(kind=AccountKind.PERSON),
            models.Q(pk=user.pk)
            | models.Q(unit_id__within=reach)
            | models.Q(
                pk__in=RoleGrant.objects.current().filter(unit_id__within=reach).values("person_id")
            ),
        )

    def holding(self, permission: str, unit: Unit) -> UserQuerySet:
        """Active people who hold `permission` in `unit` or in a unit above it."""
        roles = [role.key for role in ROLES.values() if permission in role.permissions]
        above = unit.ancestors(include_self=True).values("pk")
        return self.active().filter(
            pk__in=RoleGrant.objects.current()
            .filter(role__in=roles, unit__in=[row["pk"] for row in above])
            .values("person_id")
        )

    def administrators_for(self, user: User) -> UserQuerySet:
        """Whom to ask for a role: who keeps people in the user's unit, else in a root unit."""
        unit = user.unit or Unit.objects.filter(parent=None, closed_at=None).order_by("pk").first()
        if unit is None:
            return self.none()
        return self.holding(PeoplePermission.MANAGE, unit).exclude(pk=user.pk)


class User(AbstractBaseUser, PermissionsMixin):
    # For ever as it was made; a service account is a machine's, and nobody signs in by it.
    kind = models.CharField(
        max_length=7, choices=AccountKind.choices, default=AccountKind.PERSON, editable=False
    )
    email = models.EmailField(
        _("e-mail"),
        unique=True,
        error_messages={"unique": _("Somebody already signs in with this e-mail.")},
    )
    name = models.CharField(_("name"), max_length=120)
    job_title = models.CharField(_("job title"), max_length=120, blank=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="people"
    )
    time_zone = models.CharField(
        _("time zone"), max_length=60, blank=True, help_text=_("Empty: the installation's own.")
    )
    language = models.CharField(
        _("language"), max_length=10, blank=True, help_text=_("Empty: the installation's own.")
    )
    theme = models.CharField(
        _("appearance"),
        max_length=6,
        blank=True,
        choices=[("", _("As the device")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    # Kinds of news (innovation/notices) that come in one mail a day, and those that are in the inbox
    # alone; any other is mailed at once. Here, because whoever tells people has loaded them.
    daily_news = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    inbox_news = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    capacity_percent = models.PositiveSmallIntegerField(
        _("capacity for pilots, percent of full time"), default=100
    )
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)  # by a trigger
    # When the name was taken away, long after the account was closed (innovation/retention).
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Whether it is the person who acts, not a program that answers to them.
    acts_in_person = True

    # Whom this person acts for in this request (people.deputies); no column.
    acting_for: User | None = None

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_any_case",
                violation_error_message=_("Somebody already signs in with this e-mail."),
            ),
            models.CheckConstraint(
                condition=models.Q(capacity_percent__lte=100),
                name="user_capacity_at_most_full_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(daily_news__overlap=models.F("inbox_news")),
                name="user_is_told_in_one_way",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=AccountKind.PERSON)
                & ~models.Q(email__endswith=SERVICE_DOMAIN)
                | models.Q(
                    kind=AccountKind.SERVICE,
                    email__endswith=SERVICE_DOMAIN,
                    password__startswith="!",  # noqa: S106 - what stands for none
                    is_staff=False,
                    is_superuser=False,
                    unit__isnull=False,
                ),
                name="user_is_a_person_or_a_service",
                violation_error_message=_("Addresses of this kind belong to service accounts."),
            ),
            models.CheckConstraint(
                condition=models.Q(anonymised_at=None)
                | models.Q(is_active=False, email__endswith="@invalid", job_title=""),
                name="user_without_a_name_stays_closed",
                violation_error_message=_("The name was taken away; nobody can be told by it."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="root_keeps_an_administrator",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("is_active"),
                condition=pgtrigger.Q(old__is_active=True, new__is_active=False),
                declare=[("root", "record")],
                func=f"""
                    FOR root IN
                        SELECT unit.id FROM innovation_unit unit
                        WHERE unit.parent_id IS NULL AND EXISTS (
                            SELECT 1 FROM innovation_rolegrant held
                            WHERE held.unit_id = unit.id AND held.person_id = NEW.id
                            AND held.role = 'administrator' AND held.ended_at IS NULL
                            AND held.ends_on IS NULL
                        ) ORDER BY unit.id FOR NO KEY UPDATE
                    LOOP
                        {REFUSE_WITHOUT_ANOTHER.format(root="root.id", person="NEW.id")}
                    END LOOP;
                    RETURN NEW;
                """,  # noqa: S608 - the parts are constants
            ),
            # Whatever closes an account, what its owner answered for needs somebody else.
            pgtrigger.Trigger(
                name="is_noted_as_it_is_closed",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("is_active"),
                condition=pgtrigger.AnyChange("is_active"),
                func="""
                    DELETE FROM innovation_closedaccount WHERE person_id = NEW.id;
                    IF NOT NEW.is_active THEN
                        INSERT INTO innovation_closedaccount (person_id, at, told_at)
                        VALUES (NEW.id, clock_timestamp(), NULL);
                    END IF;
                    RETURN NEW;
                """,
            ),
            # Nobody is found by what they said of themselves once they have left (innovation/talent).
            pgtrigger.Trigger(
                name="takes_its_profile_along",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("is_active"),
                condition=pgtrigger.Q(old__is_active=True, new__is_active=False),
                func="""
                    DELETE FROM innovation_talentprofile WHERE person_id = NEW.id;
                    RETURN NULL;
                """,
            ),
            # Whoever keeps a copy of accounts asks when one changed, whatever door changed it.
            pgtrigger.Trigger(
                name="says_when_it_changed",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("email", "name", "job_title", "unit_id", "is_active"),
                condition=pgtrigger.AnyChange("email", "name", "job_title", "unit", "is_active"),
                func="NEW.changed_at = clock_timestamp(); RETURN NEW;",
            ),
            pgtrigger.Protect(
                name="stays_person_or_service",
                operation=pgtrigger.UpdateOf("kind"),
                condition=pgtrigger.AnyChange("kind"),
            ),
            # The sign-in library keeps addresses of its own, by which it signs in, mails links and
            # allows a second step. An address that was left there opened the account to whoever
            # got the mailbox (2026-11-27).
            pgtrigger.Trigger(
                name="signs_in_by_one_address",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("email"),
                condition=pgtrigger.Q(new__kind=AccountKind.PERSON),
                func="""
                    DELETE FROM account_emailaddress
                    WHERE user_id = NEW.id AND email <> lower(NEW.email);
                    INSERT INTO account_emailaddress (user_id, email, verified, "primary")
                    VALUES (NEW.id, lower(NEW.email), true, true)
                    ON CONFLICT (user_id, email) DO UPDATE SET verified = true, "primary" = true;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """The person, or the machine, as a text reference, as audit events hold it."""
        return f"{'serviceaccount' if self.is_service else 'person'}:{self.pk}"

    @property
    def is_service(self) -> bool:
        return self.kind == AccountKind.SERVICE

    @contextmanager
    def as_reader(self) -> Iterator[None]:
        """What is written meanwhile is in this person's language and on their clock."""
        zone = dates.zone_of(self.time_zone)
        with translation.override(language_of(self.language)), timezone.override(zone):
            yield

    def reach(self, permission: str | None = None) -> frozenset[int]:
        """Ids of the units in which the user holds it (any role at all where it is None); while they
        act for somebody, those of that person's roles that a deputy may use.

        One query for each request's user object; grants made later show on the next request.
        """
        if not hasattr(self, "_reach"):
            self._reach = self._units_by_role()
            self._reach_by_permission: dict[str | None, frozenset[int]] = {}
        if permission not in self._reach_by_permission:
            self._reach_by_permission[permission] = frozenset().union(
                *(
                    units
                    for role, units in self._reach.items()
                    if permission is None or permission in _permissions(role)
                )
            )
        return self._reach_by_permission[permission]

    def above(self, permission: str) -> frozenset[int]:
        """Ids of the units in which the user holds it, and of those above them.

        What is set up there (objectives, sources) is meant for everybody below to see.
        """
        if not hasattr(self, "_above"):
            self._above: dict[str, frozenset[int]] = {}
        if permission not in self._above:
            reach = self.reach(permission)
            self._above[permission] = self._tree.above(reach) if reach else reach
        return self._above[permission]

    def whole_systems(self, permission: str) -> frozenset[int]:
        """Ids of all units of the health systems in some unit of which the user holds it: what was
        learned in one of them is meant for the others."""
        above = self.above(permission)
        return self._tree.below(above) if above else above

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[User] | None = None,
    ) -> None:
        """As Django's; what the person reaches is read anew, too."""
        super().refresh_from_db(using, fields, from_queryset)
        self._forget_reach()

    def _forget_reach(self) -> None:
        for read in ("_reach", "_above"):
            self.__dict__.pop(read, None)

    @property
    def lacks_second_factor(self) -> bool:
        """Whether they are asked for a second step when signing in, and there is none."""
        from allauth.mfa.models import Authenticator  # its tables refer to this one

        self.reach()
        asked = {EVERYBODY, *self._reach}
        if not any(role in settings.SECOND_FACTOR_ROLES for role in asked):
            return False
        steps = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
        return not steps.filter(user=self).exists()

    @property
    def waits_for_second_factor(self) -> bool:
        """Whether even their own account stays shut until there is one. Where a role asks, it is
        open: without the role they would have it, too."""
        return EVERYBODY in settings.SECOND_FACTOR_ROLES and self.lacks_second_factor

    def may(self, permission: str, unit_id: int | None = None) -> bool:
        """Whether the user holds `permission` in that unit (in any unit where it is None)."""
        reach = self.reach(permission)
        return bool(reach) if unit_id is None else unit_id in reach

    def units(self, permission: str | None = None, *, closed: bool = False) -> UnitQuerySet:
        """The open units (or all) in which the user holds it; any role at all where it is None."""
        units = Unit.objects.filter(pk__within=self.reach(permission))
        return units if closed else units.open()

    def check_enters(self, permission: str | None = None) -> None:
        """Raise a sentence unless a role of the user's holds it in some unit (any role at all
        where it is None). What one object allows is for its room to say."""
        if not self.reach():
            ask = list(User.objects.administrators_for(self).values_list("name", "email")[:2])
            whom = gettext(" or ").join(f"{name} ({email})" for name, email in ask)
            raise NotAllowed(
                gettext(
                    "You have no role here yet, so nothing is open to you. Ask %(whom)s for one."
                )
                % {"whom": whom or gettext("an administrator")}
            )
        if permission is not None and not self.may(permission):
            roles = [str(role.name) for role in ROLES.values() if permission in role.permissions]
            raise NotAllowed(
                gettext("This is open to: %(roles)s. None of your roles is among them.")
                % {"roles": ", ".join(roles)}
            )

    def _units_by_role(self) -> dict[str, frozenset[int]]:
        if not self.is_active:
            return {}
        whose = self if self.acting_for is None else self.acting_for
        held = _GRANTED
        of: list[str | int | date] = [whose.pk, dates.today()]
        if self.is_service:
            held, of = _NAMED, [SERVICE, self.pk]
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT role, array_agg(unit_id), ({tree.NUMBER}) FROM ({held}) held(role, unit_id) GROUP BY role
                """,  # noqa: S608 - the parts are constants
                of,
            )
            rows = cursor.fetchall()
        if rows:
            self._tree = tree.standing(rows[0][2])
        units = {role: self._tree.below(held_in) for role, held_in, _number in rows}
        if self.acting_for is None:
            return units
        return {role: units[role] for role in self.deputised(units)}

    def act_for(self, person: User) -> None:
        """Reach what a deputy of theirs reaches, in this request."""
        self.acting_for = person
        self._forget_reach()

    @property
    def interests(self) -> frozenset[int]:
        """Whose part in a thing keeps this person from judging it, by their keys: their own, and
        that of whom they act for."""
        return frozenset(whose.pk for whose in (self, self.acting_for) if whose is not None)

    def deputised(self, roles: Iterable[str]) -> set[str]:
        """Those of somebody's roles that this person may use as their deputy.

        Nobody gives a role above the line alone, so nobody lends one either, but to somebody who
        holds it, too. Administrators have second ones instead: whoever acted for one could change
        that one's own roles.
        """
        below = {role for role in roles if not needs_second_person(role)}
        own = RoleGrant.objects.current().filter(person=self, role__in=roles)
        alike = set(own.values_list("role", flat=True))
        return (below | alike) - NEVER_DEPUTISED
