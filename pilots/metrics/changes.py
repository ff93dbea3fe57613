"""What a metric was, beside what it is, in words: for amendments, for what was agreed, for the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from pilots.metrics.figures import figures
from pilots.metrics.models import Metric

# A query is read whole beside the sentence of an event; in it, this much says which one.
LONGEST = 120


@dataclass(frozen=True)
class FieldChange:
    """One thing that changes, and both its values as they are read."""

    what: str
    before: str
    after: str


def of_fields(metric: Metric, values: Mapping[str, tuple[Any, Any]]) -> list[FieldChange]:
    """Each field with its two values; what is asked setting by setting, so that a query is read beside
    the one before it."""
    found: list[FieldChange] = []
    for name, (before, after) in values.items():
        if name == "binding":
            found += of_binding(before, after)
        else:
            label = str(Metric._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            both = (in_words(metric, name, value) for value in (before, after))
            found.append(FieldChange(label, *both))
    return found


def of_binding(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    return [
        FieldChange(
            _("what is asked, %(setting)s") % {"setting": key},
            or_dash(before.get(key)),
            or_dash(after.get(key)),
        )
        for key in sorted({*before, *after})
        if before.get(key) != after.get(key)
    ]


def in_words(metric: Metric, name: str, value: Any) -> str:
    """A value of a field: with its unit, or by the name of what was chosen."""
    if name in ("target", "limit", "margin") and value is not None:
        written, number = figures(metric), Decimal(value)
        return written.margin(number) if name == "margin" else written.planned(number)
    choices = dict(getattr(Metric._meta.get_field(name), "flatchoices", ()))
    return or_dash(choices.get(value, value))


def or_dash(value: object) -> str:
    return str(value) if value not in (None, "") else "–"


def sentence(changed: Iterable[FieldChange]) -> str:
    return "; ".join(f"{one.what}: {_short(one.before)} → {_short(one.after)}" for one in changed)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
