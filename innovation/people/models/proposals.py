"""Roles above the line: proposed by one administrator, confirmed by another."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from innovation.people.models.units import Unit
from innovation.people.models.users import User
from innovation.people.roles import ROLES
from innovation.people.room import PeoplePermission

# Whoever made an account, or held its key, may still be the person behind it for so long.
DAYS_OF_A_KEY = 30
# What nobody confirmed in this time is proposed anew: people and reasons have changed.
DAYS_OF_A_PROPOSAL = 30


class KeyKind(models.TextChoices):
    MADE = "made", _("made the account")
    LINK = "link", _("made a link to choose the password")
    ADDRESS = "address", _("changed the address")


class AccountKey(models.Model):
    """One account had its key in somebody else's hands: they could have entered it themselves."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="keys_held_by_others")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=KeyKind.choices)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "by", "at"], name="account_key")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KeyKind.values), name="key_kind_known"),
            models.CheckConstraint(condition=~Q(person=F("by")), name="key_in_other_hands"),
        ]

    def __str__(self) -> str:
        return f"{self.by} {self.get_kind_display()} of {self.person}"


class ProposalOutcome(models.TextChoices):
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class RoleProposalQuerySet(models.QuerySet["RoleProposal"]):
    def open(self) -> RoleProposalQuerySet:
        return self.filter(outcome="")

    def visible_to(self, user: User) -> RoleProposalQuerySet:
        """Those of the units whose people and roles the user keeps."""
        return self.filter(unit_id__within=user.reach(PeoplePermission.MANAGE))


class RoleProposal(models.Model):
    """One role above the line that an administrator wants somebody to hold; it gives nothing
    until another one confirms it."""

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="proposals")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40)
    ends_on = models.DateField(null=True, blank=True)  # the last day of the role
    reason = models.TextField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    outcome = models.CharField(max_length=9, blank=True, choices=ProposalOutcome.choices)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_because = models.TextField(blank=True)

    objects = RoleProposalQuerySet.as_manager()

    class Meta:
        ordering = ["proposed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit", "role"],
                name="proposal_once_while_open",
                condition=Q(outcome=""),
                violation_error_message=_("This has been proposed and waits for an answer."),
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_by=None, decided_at=None)
                | Q(
                    outcome__in=ProposalOutcome.values,
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
                name="proposal_decided_at_and_by_together",
            ),
            models.CheckConstraint(condition=~Q(role=""), name="proposal_has_role"),
            models.CheckConstraint(condition=~Q(reason=""), name="proposal_has_reason"),
            models.CheckConstraint(
                condition=~Q(proposed_by=F("person")), name="proposal_not_for_oneself"
            ),
            models.CheckConstraint(
                condition=Q(outcome="withdrawn", decided_by=F("proposed_by"))
                | Q(outcome="")
                | (Q(outcome__in=["confirmed", "declined"]) & ~Q(decided_by=F("proposed_by"))),
                name="proposal_answered_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="confirmed", decided_by=F("person")),
                name="proposal_not_confirmed_by_its_person",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="begins_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__outcome=""),
                func="""
                    RAISE EXCEPTION 'a proposal begins without an answer'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_begins_open';
                """,
            ),
            pgtrigger.Trigger(
                name="is_answered_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF TG_OP = 'DELETE' OR OLD.outcome <> ''
                        OR ROW(OLD.person_id, OLD.unit_id, OLD.role, OLD.ends_on, OLD.reason,
                               OLD.proposed_by_id, OLD.proposed_at)
                        IS DISTINCT FROM
                        ROW(NEW.person_id, NEW.unit_id, NEW.role, NEW.ends_on, NEW.reason,
                            NEW.proposed_by_id, NEW.proposed_at)
                    THEN
                        RAISE EXCEPTION 'a proposal is answered once and stays as it was made'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_answered_once';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # One person behind two accounts would be no second person.
            pgtrigger.Trigger(
                name="is_confirmed_by_another_person",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("outcome"),
                condition=pgtrigger.Q(new__outcome="confirmed"),
                func=f"""
                    IF NEW.decided_at > NEW.proposed_at + interval '{DAYS_OF_A_PROPOSAL} days' THEN
                        RAISE EXCEPTION 'the proposal is too old'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_still_fresh';
                    END IF;
                    IF EXISTS (
                        SELECT 1 FROM innovation_accountkey held
                        WHERE held.at > NEW.decided_at - interval '{DAYS_OF_A_KEY} days' AND (
                            (held.person_id = NEW.decided_by_id AND held.by_id IN
                                (NEW.proposed_by_id, NEW.person_id))
                            OR (held.person_id = NEW.proposed_by_id
                                AND held.by_id = NEW.decided_by_id)
                        )
                    ) THEN
                        RAISE EXCEPTION 'who confirms had their key in the hands of who proposed'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'proposal_by_two_persons';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - the parts are constants
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.role_name} · {self.unit}"

    def get_absolute_url(self) -> str:
        return reverse("innovation:role-proposal", args=[self.pk])

    @property
    def role_name(self) -> str:
        return str(ROLES[self.role].name) if self.role in ROLES else self.role
