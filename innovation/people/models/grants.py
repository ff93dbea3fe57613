"""Which role somebody holds in which unit."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from innovation.people.models.account_kinds import refuse_a_service
from innovation.people.models.units import Unit
from innovation.people.roles import ABOVE_THE_LINE, ROLES
from innovation.people.room import PeoplePermission
from innovation.rules import dates

if TYPE_CHECKING:
    from innovation.people.models.users import User

# The last administrator of a root stays: nobody could give that role again. One whose role ends by
# date does not count, or the last one would go by themselves. The caller holds the lock of the
# root's row, so two who leave at the same time see each other.
REFUSE_WITHOUT_ANOTHER = """
    IF NOT EXISTS (
        SELECT 1 FROM innovation_rolegrant other
        JOIN innovation_user person ON person.id = other.person_id
        WHERE other.unit_id = {root} AND other.role = 'administrator'
        AND other.ended_at IS NULL AND other.ends_on IS NULL
        AND person.is_active AND other.person_id <> {person}
    ) THEN
        RAISE EXCEPTION 'the last administrator of a root unit stays'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'root_keeps_an_administrator';
    END IF;
"""

_ABOVE = ", ".join(f"'{role}'" for role in ABOVE_THE_LINE)


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def current(self) -> RoleGrantQuerySet:
        """Held today. A role that ends by date gives nothing from the installation's next day on,
        whether or not anybody has written down that it ran out."""
        return self.filter(
            models.Q(ends_on=None) | models.Q(ends_on__gte=dates.today()), ended_at=None
        )

    def run_out(self, today: date) -> RoleGrantQuerySet:
        """Past their last day, and not yet written down as ended."""
        return self.filter(ended_at=None, ends_on__lt=today)

    def taken_back(self) -> RoleGrantQuerySet:
        """What a group gave, and an administrator took back by hand or in a review."""
        return self.filter(ended_by__isnull=False).exclude(from_group="")

    def visible_to(self, user: User) -> RoleGrantQuerySet:
        return self.filter(unit_id__within=user.reach(PeoplePermission.MANAGE))


class RoleGrant(models.Model):
    """One role that one person holds in one unit and below, from when to when and by whom."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="grants")
    role = models.CharField(max_length=40)  # a key of ROLES; a new one writes no migration
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )  # null: the command line
    # The provider's key and the group by which it was given, `entra:Ward staff`; empty: by hand.
    from_group = models.CharField(max_length=240, blank=True)
    ends_on = models.DateField(null=True, blank=True)  # its last day
    end_told_at = models.DateTimeField(null=True, blank=True)  # when the holder was told of it
    # By which two administrators gave a role above the line.
    proposal = models.OneToOneField(
        "innovation.RoleProposal",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="grant",
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )  # null: it ran out, or the group that gave it took it back

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit", "role"],
                name="grant_once_while_current",
                condition=models.Q(ended_at=None),
                violation_error_message=_("This person already holds this role in this unit."),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, ended_by=None)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False)
                | models.Q(ended_at__isnull=False, ends_on__isnull=False)
                | (models.Q(ended_at__isnull=False) & ~models.Q(from_group="")),
                name="grant_ended_by_somebody_or_by_its_day",
            ),
            models.CheckConstraint(
                condition=models.Q(end_told_at=None) | models.Q(ends_on__isnull=False),
                name="grant_told_of_an_end_has_one",
            ),
            models.CheckConstraint(
                condition=~models.Q(granted_by=models.F("person"))
                & ~models.Q(ended_by=models.F("person")),
                name="grant_not_by_oneself",
            ),
            models.CheckConstraint(condition=~models.Q(role=""), name="grant_has_role"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="service_account_holds_no_role",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("person_id"),
                func=refuse_a_service("NEW.person_id", "service_account_holds_no_role"),
            ),
            pgtrigger.Trigger(
                name="root_keeps_an_administrator",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(
                    old__role="administrator",
                    old__ended_at__isnull=True,
                    old__ends_on__isnull=True,
                ),
                func=f"""
                    IF TG_OP = 'UPDATE' THEN
                        IF NEW.ended_at IS NULL AND NEW.ends_on IS NULL AND NEW.role = OLD.role
                            AND NEW.unit_id = OLD.unit_id AND NEW.person_id = OLD.person_id
                        THEN RETURN NEW; END IF;
                    END IF;
                    PERFORM 1 FROM innovation_unit
                    WHERE id = OLD.unit_id AND parent_id IS NULL FOR NO KEY UPDATE;
                    IF FOUND AND EXISTS (
                        SELECT 1 FROM innovation_user WHERE id = OLD.person_id AND is_active
                    ) THEN
                        {REFUSE_WITHOUT_ANOTHER.format(root="OLD.unit_id", person="OLD.person_id")}
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                """,  # noqa: S608 - the parts are constants
            ),
            pgtrigger.Trigger(
                name="above_the_line_by_two_persons",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=f"""
                    IF TG_OP = 'UPDATE' THEN
                        IF ROW(NEW.person_id, NEW.unit_id, NEW.role, NEW.granted_by_id,
                               NEW.proposal_id)
                            IS NOT DISTINCT FROM
                            ROW(OLD.person_id, OLD.unit_id, OLD.role, OLD.granted_by_id,
                                OLD.proposal_id)
                            AND (NEW.ended_at IS NOT NULL OR OLD.ended_at IS NULL)
                            AND (NEW.ends_on IS NOT DISTINCT FROM OLD.ends_on OR COALESCE(
                                NEW.ends_on < COALESCE(OLD.ends_on, 'infinity'), false))
                        THEN RETURN NEW; END IF;
                    END IF;
                    IF NEW.proposal_id IS NULL AND NEW.role NOT IN ({_ABOVE})
                    THEN RETURN NEW; END IF;
                    -- Whoever has the command line has the database.
                    IF NEW.proposal_id IS NULL AND NEW.granted_by_id IS NULL
                        AND TG_OP = 'INSERT'
                    THEN RETURN NEW; END IF;
                    -- What was confirmed is given once; it is not changed, prolonged or taken up again.
                    IF TG_OP = 'UPDATE' OR NOT EXISTS (
                        SELECT 1 FROM innovation_roleproposal proposal
                        WHERE proposal.id = NEW.proposal_id AND proposal.outcome = 'confirmed'
                        AND proposal.person_id = NEW.person_id AND proposal.unit_id = NEW.unit_id
                        AND proposal.role = NEW.role
                        AND proposal.proposed_by_id = NEW.granted_by_id
                        AND proposal.ends_on IS NOT DISTINCT FROM NEW.ends_on
                    ) THEN
                        RAISE EXCEPTION 'a second person confirms this role'
                        USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'grant_above_the_line_by_two_persons';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - the parts are constants
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.role_name} · {self.unit}"

    @property
    def group_name(self) -> str:
        """Of the group by which it was given; empty: by hand."""
        return self.from_group.partition(":")[2]

    @property
    def role_name(self) -> str:
        """In words; a role that there is no more keeps the key it was given by."""
        return str(ROLES[self.role].name) if self.role in ROLES else self.role
