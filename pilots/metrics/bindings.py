"""Many metrics bound to a source in one go: which of them were used since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from innovation.people.models import User
from pilots.metrics.models import (
    TAKEN_BACK_WITHIN,
    Amendment,
    BulkBinding,
    Metric,
    Source,
)

# What comes with a metric by itself; whatever else refers to it was made by somebody.
OF_ITSELF = frozenset(
    {"observation", "revision", "knownnumber", "metricversion", "pull"}
    | {"powerforecast", "keptverdict"}
)
# By the model that refers to it.
WHY = {
    "handcount": gettext_lazy("a number was typed in"),
    "sibling": gettext_lazy("it is compared with another number"),
    "measure": gettext_lazy("a key result is measured by it"),
    "measureexchange": gettext_lazy("a key result is measured by it"),
}
ROWS = 1000


@dataclass(frozen=True)
class Stays:
    """A metric that was used since it was made, and how."""

    metric: Metric
    why: str


def used_since(binding: BulkBinding) -> list[Stays]:
    """The metrics of it that somebody used, by name. In a constant number of queries for each thousand."""
    metrics = {one.pk: one for one in binding.metrics.select_related("unit")}
    why: dict[int, str] = {}
    keys = sorted(metrics)
    for begin in range(0, len(keys), ROWS):
        for pk, said in _uses(keys[begin : begin + ROWS]):
            why.setdefault(pk, said)
    found = [Stays(metrics[pk], said) for pk, said in why.items()]
    return sorted(found, key=lambda one: (one.metric.entity, one.metric.pk))


def referring() -> list[ForeignObjectRel]:
    """Every reference of another row to a metric, in whatever room."""
    found = Metric._meta.get_fields(include_hidden=True)
    return [one for one in found if isinstance(one, ForeignObjectRel) and not one.many_to_many]


def model_name(relation: ForeignObjectRel) -> str:
    return str(relation.related_model._meta.model_name)


def _uses(keys: list[int]) -> Iterable[tuple[int, str]]:
    mine = Metric.objects.filter(pk__in=keys)
    for pk in mine.exclude(pilot=None).values_list("pk", flat=True):
        yield pk, _("it is in the plan of a pilot")
    for pk in mine.exclude(edited_at=None).values_list("pk", flat=True):
        yield pk, _("somebody changed it")
    for relation in referring():
        if model_name(relation) in OF_ITSELF:
            continue
        name = relation.field.attname
        rows = relation.related_model._base_manager.filter(**{f"{name}__in": keys})
        said = WHY.get(model_name(relation), gettext_lazy("something else refers to it"))
        for pk in rows.values_list(name, flat=True).distinct():
            yield pk, str(said)
    # Comparison sites that wait for approval refer to their series by number.
    waiting = Amendment.objects.waiting().filter(values__has_key="siblings")
    wanted = set(keys)
    for values in waiting.values_list("values", flat=True):
        for site in values["siblings"][1]:
            if site[0] in wanted:
                yield site[0], _("it is to be compared with another number")


def to_take_back(source: Source, user: User, at: datetime) -> list[BulkBinding]:
    """What this person had made from the source and may take back still; and, for as long, what they
    took back."""
    mine = Q(made_by=user, made_at__gt=at - TAKEN_BACK_WITHIN)
    return list(source.bulk_bindings.filter(mine))
