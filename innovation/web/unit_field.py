"""Choosing a unit: from a select while there are few, by a search among many.

A search is a text box (`unit_words`) with a select of what was found for it. The hidden
`unit_looked` says for which words that select was made: other words are looked for first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from innovation.web.keys import key_of
from innovation.web.typed_forms import ModelChoiceField, Words

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

# More options than this cannot be looked through, and cost more than the rest of their page.
MOST_LISTED = 50
MOST_FOUND = 20
_LONGEST = 200
# A `UnitQuerySet`: this room knows no other, so it does not know its rows either.
Units = Any


class Chooser(Protocol):
    """Whoever chooses: their roles reach units."""

    def units(self, permission: str | None = None, *, closed: bool = False) -> QuerySet[Any]: ...


def units_held(user: Chooser, permissions: Sequence[str], *, closed: bool = False) -> Units:
    """Units in which the user holds one of these permissions; any role at all without one."""
    if not permissions:
        return user.units(closed=closed)
    return reduce(or_, [user.units(word, closed=closed) for word in permissions])


def in_tree(units: Iterable[Any]) -> list[tuple[str, str]]:
    """Units for a select, in the order of the tree; the depth shows as indentation."""
    units = list(units)
    among = {unit.pk for unit in units}
    below: dict[int | None, list[Any]] = {}
    for unit in units:
        above = unit.parent_id if unit.parent_id in among else None
        below.setdefault(above, []).append(unit)
    rows: list[tuple[str, str]] = []

    def add(above: int | None, depth: int) -> None:
        for unit in below.get(above, []):
            rows.append((str(unit.pk), f"{chr(0x2003) * depth}{unit.name}"))
            add(unit.pk, depth + 1)

    add(None, 0)
    return rows


class UnitWords(str):
    """What was typed of a unit, where a choice would have been its key."""

    __slots__ = ()


@dataclass(frozen=True)
class FoundUnits:
    """The chosen unit, or what was found for some words, each with where it stands."""

    words: str = ""
    lines: tuple[tuple[str, Words], ...] = ()
    total: int = 0
    chosen: str = ""

    @property
    def sentence(self) -> str:
        """How many there are, for whoever is typing."""
        if not self.words:
            return ""
        if not self.total:
            return none_found(self.words)
        if self.total > len(self.lines):
            return _(
                "%(shown)s of %(total)s are shown. Type more: of its name, or of a unit above it."
            ) % {"shown": len(self.lines), "total": self.total}
        return ngettext("%(total)s unit found.", "%(total)s units found.", self.total) % {
            "total": self.total
        }


def none_found(words: str) -> str:
    return _(
        "No unit that you may choose has “%(words)s” in its name or code. Type a part of it that you "
        "are sure of."
    ) % {"words": words}


def chosen_among(units: Units, value: object) -> FoundUnits:
    """The unit of this key, if it is among them."""
    key = key_of(value)
    row = units.placed().filter(pk=key).first() if key is not None else None
    if row is None:
        return FoundUnits()
    return FoundUnits(lines=((str(row.pk), row.place),), total=1, chosen=str(row.pk))


def find_units(units: Units, words: str) -> FoundUnits:
    """The best of what is called so; one that is called exactly so, or is the only one, is chosen."""
    rows = list(units.called(words).placed()[:MOST_FOUND])
    certain = [row for row in rows if row.meant == rows[0].meant < 2] or rows
    return FoundUnits(
        words=words,
        lines=tuple((str(row.pk), row.place) for row in rows),
        total=rows[0].found_of if rows else 0,
        chosen=str(certain[0].pk) if len(certain) == 1 else "",
    )


def words_in(text: object) -> str:
    """What was typed, fit to be looked for."""
    return " ".join(str(text or "").replace("\x00", "").split())[:_LONGEST].strip(", ")


class UnitSearch(forms.Select):
    """The search itself; `{% field %}` draws it."""

    def __init__(self, units: Units, *, empty: str, address: str) -> None:
        super().__init__()
        self.units, self.empty, self.address = units, empty, address

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, UploadedFile[Any]], name: str
    ) -> Any:
        key = super().value_from_datadict(data, files, name)
        words = words_in(data.get(f"{name}_words"))
        if words and not (key and words == words_in(data.get(f"{name}_looked"))):
            return UnitWords(words)
        return key

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: MultiValueDict[str, UploadedFile[Any]], name: str
    ) -> bool:
        return name not in data and f"{name}_words" not in data

    def shown(self, value: object) -> FoundUnits:
        """What the page shows of a value. What was taken by its name stands there as if chosen."""
        if not isinstance(value, UnitWords):
            return chosen_among(self.units, value)
        found = find_units(self.units, value)
        return chosen_among(self.units, found.chosen) if found.chosen else found

    def address_for(self, name: str, anchor: str, chosen: str) -> str:
        """Where matches are fetched from as one types; empty where there is no such address."""
        if not self.address:
            return ""
        asked = {"field": name, "anchor": anchor, "chosen": chosen}
        return f"{self.address}&{urlencode(asked)}"


class UnitField(ModelChoiceField[Any]):
    """A unit among those that are offered; in the order of the tree unless it is `flat`."""

    default_error_messages = {
        "several": gettext_lazy(
            "%(total)s units are called like “%(words)s”. Choose one of them, or type more: of its "
            "name, or of a unit above it."
        ),
    }

    def __init__(self, *, flat: bool = False, empty: Words = "", **kwargs: Any) -> None:
        super().__init__(queryset=None, **kwargs)
        self.flat, self.empty = flat, empty

    def offer_held(
        self,
        user: Chooser,
        *permissions: str,
        closed: bool = False,
        besides: Units | None = None,
    ) -> None:
        """Offer the open units (or all) in which the user holds one of these permissions (any role
        at all without one), and some `besides`, which may be kept but are not found."""
        words = [str(word) for word in permissions]
        asked = urlencode({"in": words, **({"closed": "yes"} if closed else {})}, doseq=True)
        address = f"{reverse('innovation:unit-find')}?{asked}{'' if self.required else '&narrows'}"
        units = units_held(user, words, closed=closed)
        self.offer(units if besides is None else units | besides, address=address)

    def offer(self, units: Units, *, address: str = "") -> None:
        """Offer these units, of which `address` finds some as one types."""
        self.queryset = units
        few = list(units.order_by("name", "pk")[: MOST_LISTED + 1])
        if len(few) > MOST_LISTED:
            self.widget = UnitSearch(units, empty=self._nothing(), address=address)
            self.widget.is_required = self.required
            return
        listed = [(str(unit.pk), unit.name) for unit in few] if self.flat else in_tree(few)
        certain = self.required and len(few) == 1 and not self.empty
        self.choices = listed if certain else [("", self._nothing()), *listed]

    def _nothing(self) -> str:
        return str(self.empty or (_("Choose a unit") if self.required else "–"))

    def to_python(self, value: object) -> Any:
        if not isinstance(value, UnitWords):
            return super().to_python(value)
        found = find_units(self.queryset, value)
        if found.chosen:
            return super().to_python(found.chosen)
        if found.total:
            said = {"words": found.words, "total": found.total}
            raise ValidationError(self.error_messages["several"], code="several", params=said)
        raise ValidationError(none_found(found.words), code="none")
