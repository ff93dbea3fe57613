"""The tree of units: system, hospitals, departments, teams."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _
from tree_queries.models import TreeNode
from tree_queries.query import TreeQuerySet

import innovation.people.reach  # noqa: F401 (registers the lookup `within`)

if TYPE_CHECKING:
    from innovation.people.models.users import User


class UnitKind(models.TextChoices):
    SYSTEM = "system", _("Health system")
    HOSPITAL = "hospital", _("Hospital")
    DEPARTMENT = "department", _("Department")
    TEAM = "team", _("Team")


# A health system contains hospitals, never the other way round; like may stand in like.
KINDS_DOWNWARDS = [UnitKind.SYSTEM, UnitKind.HOSPITAL, UnitKind.DEPARTMENT, UnitKind.TEAM]


USUAL_ALONE_PERCENT = 10


class UnitQuerySet(TreeQuerySet["Unit"]):
    def open(self) -> UnitQuerySet:
        return self.filter(closed_at=None)

    def roots(self) -> UnitQuerySet:
        return self.filter(parent=None)

    def visible_to(self, user: User) -> UnitQuerySet:
        """Units that any of the user's roles reaches."""
        return self.filter(pk__within=user.reach())

    def within_reach(self, user: User, word: str) -> UnitQuerySet:
        return self.filter(pk__within=user.reach(word))

    def called(self, text: str) -> UnitQuerySet:
        """Units that these words name, the best first: each word stands in the name or the code of
        the unit or in the name of one above it, and one of them in its own. A row says of how many it was
        `found_of` and how well it is `meant`: 0 and 1 are called so, others have it in their name."""
        words = [word for word in re.split(r"[\s,]+", text) if word][:_MOST_WORDS]
        found, own = self, models.Q()
        for word in words:
            mine = models.Q(name__icontains=word) | models.Q(code__icontains=word)
            if len(words) > 1:  # one alone stands in the unit's own
                # Codes of units above are not for everybody below: words could be tried against them.
                below = models.Q(pk__in=RawSQL(_AT_OR_BELOW, [word]))  # noqa: S611 - fixed text
                found = found.filter(mine | below)
            own |= mine
        meant = models.Case(
            models.When(models.Q(name__iexact=text) | models.Q(code__iexact=text), then=0),
            # "Ward 7, Surgery": of Ward 7 and 17 below Surgery, the one whose whole name it is.
            models.When(said__istartswith=models.F("whole"), then=1),
            models.When(name__istartswith=text, then=2),
            default=3,
        )
        return (
            found.filter(own)
            .alias(
                said=models.Value(" ".join(words) + " ", output_field=models.CharField()),
                whole=Concat("name", models.Value(" ")),
            )
            .annotate(meant=meant, found_of=models.Window(models.Count("*")))
            .order_by("meant", "name", "pk")
        )

    def placed(self) -> UnitQuerySet:
        """Each with its `place`: its name and those above it, without the health system's."""
        return self.annotate(place=RawSQL(_PLACE, [UnitKind.SYSTEM]))  # noqa: S611 - fixed text


_MOST_WORDS = 8
_AT_OR_BELOW = """
    WITH RECURSIVE below(id) AS (
        SELECT id FROM innovation_unit
        WHERE strpos(upper(name), upper(%s)) > 0
        UNION
        SELECT unit.id FROM innovation_unit unit JOIN below ON unit.parent_id = below.id
    )
    SELECT id FROM below
"""
# Asked only of the rows that are shown: PostgreSQL works it out after the order and the limit.
_PLACE = """
    WITH RECURSIVE above(name, kind, parent_id, step) AS (
        SELECT innovation_unit.name, innovation_unit.kind, innovation_unit.parent_id, 0
        UNION ALL
        SELECT unit.name, unit.kind, unit.parent_id, step + 1
        FROM innovation_unit unit JOIN above ON unit.id = above.parent_id
    )
    SELECT string_agg(name, ', ' ORDER BY step) FROM above WHERE step = 0 OR kind <> %s
"""


UnitManager = models.Manager.from_queryset(UnitQuerySet)


class Unit(TreeNode):
    parent: models.ForeignKey[Unit | None, Unit | None]
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=12, choices=UnitKind.choices)
    code = models.CharField(
        _("code"),
        max_length=40,
        blank=True,
        help_text=_("As in your files: an organisation or cost centre code."),
    )
    # Empty: as the unit above; a root's own is the usual one.
    alone_percent = models.PositiveSmallIntegerField(
        _("share of time that its people give by themselves"), null=True, blank=True
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = UnitManager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "name"],
                name="unit_name_unique_below_parent",
                nulls_distinct=False,
                violation_error_message=_("There is already a unit of this name here."),
            ),
            models.UniqueConstraint(
                fields=["code"],
                name="unit_code_unique",
                condition=~models.Q(code=""),
                violation_error_message=_("Another unit has this code."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=UnitKind.values), name="unit_kind_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(parent=models.F("id")), name="unit_not_its_own_parent"
            ),
            models.CheckConstraint(
                condition=models.Q(alone_percent=None) | models.Q(alone_percent__lte=100),
                name="unit_alone_percent_of_full_time",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="unit_not_below_itself",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("parent_id"),
                # One move at a time: two that are harmless alone could close a circle together.
                func="""
                    PERFORM pg_advisory_xact_lock(hashtext('innovation_unit tree'));
                    IF EXISTS (
                        WITH RECURSIVE above(id) AS (
                            SELECT NEW.parent_id
                            UNION
                            SELECT unit.parent_id FROM innovation_unit unit
                            JOIN above ON unit.id = above.id
                        )
                        SELECT 1 FROM above WHERE id = NEW.id
                    ) THEN
                        RAISE EXCEPTION 'a unit cannot stand below itself'
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_not_below_itself';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.name

    def ancestors(self, *, include_self: bool = False) -> UnitQuerySet:
        return Unit.objects.ancestors(self, include_self=include_self)

    def alone(self) -> int:
        """Up to which share of time its people give to a pilot by their own yes, in percent of full time."""
        above = self.ancestors(include_self=True).values_list("alone_percent", flat=True)
        said = [percent for percent in above if percent is not None]
        return said[-1] if said else USUAL_ALONE_PERCENT

    def descendants(self, *, include_self: bool = False) -> UnitQuerySet:
        return Unit.objects.descendants(self, include_self=include_self)
