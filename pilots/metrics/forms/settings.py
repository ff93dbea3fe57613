"""Form fields from what a kind of source declares, so that a new kind needs no form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from innovation.web.typed_forms import Cleaned
from pilots.connectors import conditions
from pilots.connectors.fields import LONGEST_PEM, LONGEST_QUERY, MARK, Field
from pilots.connectors.kinds import SourceKind
from pilots.metrics import inside

FILTERS = 3
NO_OPTIONS: Mapping[str, inside.Options] = {}


class Settings:
    """The bound fields of a kind's settings, sorted as a page shows them; for forms that keep
    them in `bound`."""

    bound: dict[str, forms.Field]

    @property
    def main_settings(self) -> list[forms.BoundField]:
        named = (name for name in self.bound if not name.startswith("filter_"))
        return [self[name] for name in named if not self.bound[name].seldom]  # type: ignore[index]

    @property
    def seldom_settings(self) -> list[forms.BoundField]:
        named = (name for name in self.bound if not name.startswith("filter_"))
        return [self[name] for name in named if self.bound[name].seldom]  # type: ignore[index]

    @property
    def seldom_wrong(self) -> bool:
        """Whether one of the seldom touched ones is wrong, so that they must be open."""
        return any(bound.errors for bound in self.seldom_settings)

    @property
    def filter_settings(self) -> list[tuple[forms.BoundField, ...]]:
        names = [name for name in self.bound if name.startswith("filter_column_")]
        return [
            tuple(self[name.replace("column", part)] for part in ("column", "how", "equals"))  # type: ignore[index]
            for name in names
        ]


Options = dict[str, Any]  # that a field takes


def fields_of(
    declared: Iterable[Field],
    *,
    config: Mapping[str, Any],
    columns: Iterable[str] = (),
    has_secret: bool = False,
    options: Mapping[str, inside.Options] = NO_OPTIONS,
) -> dict[str, forms.Field]:
    """Django fields in the order of the declaration, filled with what is kept. `options`: what may be
    chosen of numbers that are made here."""
    columns = list(columns)
    found: dict[str, forms.Field] = {}
    for field in declared:
        if field.type == "filters":
            found |= _filters(config.get(field.name) or [], columns)
        else:
            made = (
                _of_options(field, config, options[field.name])
                if field.name in options
                else _field(field, config, columns, has_secret)
            )
            needed = (
                field.required or (field.only_if and not field.optional) or field.may_be_required
            )
            made.mark = "none" if needed else "auto"
            # Settings that only make sense after another choice: the page hides them until then
            # where the browser can (measuring.css), and shows all where it cannot.
            made.when = " when-".join(field.only_if[1]) if field.only_if else field.shown_for
            made.seldom = field.seldom
            found[field.name] = made
    return found


def typed(declared: Iterable[Field], cleaned: Cleaned) -> Cleaned:
    """What was typed, under the names and in the shapes of the declaration."""
    values: Cleaned = {}
    for field in declared:
        if field.type == "filters":
            values[field.name] = [
                {
                    "column": column,
                    "how": cleaned.get(f"filter_how_{n}") or "",
                    "equals": cleaned.get(f"filter_equals_{n}") or "",
                }
                for n in range(FILTERS)
                if (column := cleaned.get(f"filter_column_{n}") or "")
            ]
        elif field.type == "headers":
            values[field.name] = _headers(cleaned.get(field.name) or "")
        elif field.type == "columns":
            named = cleaned.get(field.name) or []
            values[field.name] = named.splitlines() if isinstance(named, str) else named
        else:
            values[field.name] = cleaned.get(field.name)
    return values


def add_problems(form: forms.Form, kind: SourceKind, problems: Mapping[str, str]) -> None:
    """Put each sentence beside its field, or above the form where it has none."""
    for name, sentence in problems.items():
        beside = {"filters": "filter_column_0"}.get(name, name)
        form.add_error(beside if beside in form.fields else None, sentence)


def _field(
    field: Field, config: Mapping[str, Any], columns: list[str], has_secret: bool
) -> forms.Field:
    shared: Options = {
        "label": field.label,
        "help_text": field.help,
        "required": False,  # what is needed depends on the other settings: the kind says so
        "initial": config.get(field.name, field.default),
    }
    if field.secret:
        if has_secret:
            shared["help_text"] = _("It is kept and never shown. Leave empty to keep it.")
        shared["initial"] = ""
        if field.type == "pem":
            return forms.CharField(**shared, max_length=LONGEST_PEM, widget=_lines())
        return forms.CharField(
            **shared,
            max_length=2000,
            strip=True,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        )
    if field.type in ("url", "headers") and MARK in str(shared["initial"]):
        shared["help_text"] = _(
            "“%(mark)s” stands for what is kept and never shown. Leave it to keep it."
        ) % {"mark": MARK}
    if field.type == "pem":
        return forms.CharField(**shared, max_length=LONGEST_PEM, widget=_lines())
    if field.type == "choice":
        return forms.ChoiceField(**shared, choices=field.choices)
    if field.type == "flag":
        return forms.BooleanField(**shared)
    if field.type == "headers":
        shared["initial"] = "\n".join(
            f"{k}: {v}" for k, v in (config.get(field.name) or {}).items()
        )
        shared["help_text"] = shared["help_text"] or _("One a line, as in “Accept-Language: en”.")
        return forms.CharField(**shared, max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))
    if field.type == "columns":
        return _columns(shared, columns)
    if field.type == "query":
        plain = {"rows": 8, "spellcheck": "false", "autocapitalize": "none"}
        return forms.CharField(
            **shared,
            max_length=LONGEST_QUERY,
            widget=forms.Textarea(attrs=plain | {"placeholder": field.placeholder}),
        )
    if field.type == "column" and columns:
        return ColumnField(**shared, columns=columns)
    attrs = {"placeholder": field.placeholder} if field.placeholder else {}
    if field.type in ("code", "url", "host", "host_key", "column"):
        attrs |= {"spellcheck": "false", "autocapitalize": "none"}
    return forms.CharField(**shared, max_length=2000, widget=forms.TextInput(attrs=attrs))


def _columns(shared: Options, columns: list[str]) -> forms.Field:
    """Any number of columns of the file; one that it had before stays choosable."""
    kept = list(shared["initial"] or [])
    if not columns:
        shared |= {"initial": "\n".join(kept), "help_text": shared["help_text"] or _("One a line.")}
        return forms.CharField(**shared, max_length=4000, widget=_lines())
    gone = [(one, translated("%s (not in this file)") % one) for one in kept if one not in columns]
    return ColumnsField(
        **shared | {"initial": kept},
        choices=[*((one, one) for one in columns), *gone],
        widget=forms.CheckboxSelectMultiple,
    )


def _lines() -> forms.Textarea:
    attrs = {"rows": 3, "spellcheck": "false", "autocapitalize": "none", "autocomplete": "off"}
    return forms.Textarea(attrs=attrs)


def _of_options(
    field: Field, config: Mapping[str, Any], options: inside.Options
) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=field.label,
        help_text=field.help,
        required=False,
        initial=config.get(field.name, field.default),
        choices=options,
    )


class ColumnField(forms.ChoiceField):
    """A column of the file; one that it had before stays choosable, so that nothing is lost."""

    def __init__(self, *, columns: list[str], **options: Any) -> None:
        kept = options.get("initial") or ""
        gone = [(kept, translated("%s (not in this file)") % kept)]
        super().__init__(
            **options,
            choices=[
                ("", "–"),
                *((column, column) for column in columns),
                *(gone if kept and kept not in columns else []),
            ],
        )


class ColumnsField(forms.MultipleChoiceField):
    """Columns of the file; an empty name, as a program may send for none, is none."""

    def to_python(self, value: object) -> list[str]:
        return [one for one in super().to_python(value) if one]


def _filters(kept: list[Mapping[str, str]], columns: list[str]) -> dict[str, forms.Field]:
    found: dict[str, forms.Field] = {}
    for n in range(FILTERS):
        one = kept[n] if n < len(kept) else {}
        column: Options = {
            "label": _("Only rows where"),
            "required": False,
            "initial": one.get("column", ""),
        }
        found[f"filter_column_{n}"] = (
            ColumnField(**column, columns=columns)
            if columns
            else forms.CharField(**column, max_length=200)
        )
        found[f"filter_how_{n}"] = forms.ChoiceField(
            label=_("compared how"),
            required=False,
            choices=conditions.HOWS,
            initial=one.get("how", ""),
        )
        found[f"filter_equals_{n}"] = forms.CharField(
            label=_("with"),
            required=False,
            max_length=200,
            initial=one.get("equals", ""),
            widget=forms.TextInput(attrs={"list": "filter-values"}),
        )
    return found


def _headers(text: str) -> dict[str, str]:
    lines = (line.partition(":") for line in text.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _colon, value in lines}
