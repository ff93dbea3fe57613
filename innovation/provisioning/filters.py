"""A SCIM filter (RFC 7644 §3.4.2.2) as a condition of the database.

Each attribute that can be asked for names the columns that hold it. What the database cannot
answer is refused as `invalidFilter`: filtering a page afterwards would make the total wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q
from scim2_models import InvalidFilterException, ScimFilter
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
)

from innovation.provisioning.queries import Column
from innovation.web.keys import key_of

# A client asks for one name or one page; longer ones are nobody's.
LONGEST = 2000


class AsCondition(FilterVisitor[Q]):
    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.columns = columns
        self.within = ""  # the attribute whose entries are being asked: emails[type eq "work"]

    def visit_comparison(self, node: Comparison) -> Q:
        name = self._name(node.attr_path)
        if name in ("emails.type", "emails.primary"):
            return self._of_the_one_email(name, node)
        column = self._column(name)
        value = self._value(column, node.value)
        if node.op == CompareOperator.ne:
            return ~self._compared(column, CompareOperator.eq, value)
        return self._compared(column, node.op, value)

    def visit_present(self, node: Present) -> Q:
        name = self._name(node.attr_path)
        if name in ("emails.type", "emails.primary", "meta", "schemas"):
            return ~Q(pk__in=[])
        column = self._column(name)
        there = Q(**{f"{column.field}__isnull": False})
        return there & ~Q(**{column.field: ""}) if column.kind in ("text", "exact") else there

    def visit_not(self, node: Not) -> Q:
        return ~self.visit(node.expr)

    def visit_logical_expr(self, node: LogicalExpr) -> Q:
        first, *others = (self.visit(term) for term in node.terms)
        for other in others:
            first = first & other if node.op == LogicalOperator.and_ else first | other
        return first

    def visit_value_path(self, node: ValuePath) -> Q:
        self.within = self._name(node.attr_path)
        try:
            return self.visit(node.val_filter)
        finally:
            self.within = ""

    def _name(self, path: AttrPath) -> str:
        name = f"{path.attr}.{path.sub_attr}" if path.sub_attr else path.attr
        return f"{self.within}.{name}".lower() if self.within else name.lower()

    def _column(self, name: str) -> Column:
        column = self.columns.get(name) or self.columns.get(f"{name}.value")
        if column is None:
            raise InvalidFilterException(detail=f"Nothing can be filtered by {name} here.")
        return column

    def _value(self, column: Column, value: Any) -> Any:
        if value is None:
            raise InvalidFilterException(detail="Ask whether a value is there by pr.")
        if column.kind == "key":
            return key_of(value) or 0
        if column.kind == "truth":
            if isinstance(value, str) and value.lower() in ("true", "false"):
                return value.lower() == "true"  # as Entra ID writes it
            if not isinstance(value, bool):
                raise InvalidFilterException(detail="Compare this with true or false.")
            return value
        if column.kind == "moment":
            return self._moment(value)
        if "\x00" in str(value):
            raise InvalidFilterException(detail="No text here has a character NUL.")
        return str(value)

    @staticmethod
    def _moment(value: Any) -> datetime:
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError as error:
            raise InvalidFilterException(detail="A moment is written as in RFC 3339.") from error
        if moment.tzinfo is None:
            raise InvalidFilterException(detail="A moment is written with its time zone.")
        return moment

    def _compared(self, column: Column, op: CompareOperator, value: Any) -> Q:
        any_case = "i" if column.kind == "text" else ""
        words = {
            CompareOperator.eq: "iexact" if any_case else "exact",
            CompareOperator.co: f"{any_case}contains",
            CompareOperator.sw: f"{any_case}startswith",
            CompareOperator.ew: f"{any_case}endswith",
        }
        ordered = {
            CompareOperator.gt: "gt",
            CompareOperator.ge: "gte",
            CompareOperator.lt: "lt",
            CompareOperator.le: "lte",
        }
        if op in ordered and column.kind == "moment":
            return Q(**{f"{column.field}__{ordered[op]}": value})
        if op not in words or (op != CompareOperator.eq and column.kind not in ("text", "exact")):
            raise InvalidFilterException(detail=f"{op.value} is not for this attribute here.")
        return Q(**{f"{column.field}__{words[op]}": value})

    def _of_the_one_email(self, name: str, node: Comparison) -> Q:
        """Everybody has one address, which is of work and the primary one."""
        if node.op not in (CompareOperator.eq, CompareOperator.ne):
            raise InvalidFilterException(detail=f"Ask for {name} by eq.")
        wanted = str(node.value).lower()
        holds = wanted == ("work" if name == "emails.type" else "true")
        everybody = holds == (node.op == CompareOperator.eq)
        return ~Q(pk__in=[]) if everybody else Q(pk__in=[])


def condition(wanted: ScimFilter[Any] | None, columns: Mapping[str, Column]) -> Q:
    """What a filter asks for; everything where there is none."""
    return Q() if wanted is None else AsCondition(columns).visit(wanted.ast)
