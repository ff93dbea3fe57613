"""Forms: a field with its label, help and error; the sum of errors; the form around them."""

from __future__ import annotations

from collections.abc import Mapping
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.forms import BaseForm, BaseFormSet, BoundField
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from innovation.rules import key_ring, money
from innovation.web import idle
from innovation.web.typed_forms import MoneyField
from innovation.web.unit_field import FoundUnits, UnitSearch

from .library import attributes, draw, filled, register


def _shape(widget: forms.Widget) -> str:
    """Which of the few shapes of a field this widget has."""
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, UnitSearch):
        return "search"
    if isinstance(widget, forms.Select):
        return "select"
    if isinstance(widget, forms.Textarea):
        return "text"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "input"


@register.simple_tag
def field(
    bound: BoundField,
    label: object = None,
    help: object = None,
    prefix: object = "",
    suffix: object = "",
    width: str = "",
    mark: str = "auto",
    fold: bool = False,
    **attrs: object,
) -> SafeString:
    """A bound form field. Width: "" (full), "short" or "middle". Other keywords go to the input.

    What is not required says "optional"; `mark="none"` leaves the mark out. An amount of money has its
    currency before it. Of a long list of choices `fold=True` shows what is chosen; the others are a press away.
    """
    widget = bound.field.widget
    if widget.is_hidden:
        return SafeString(bound)
    shape = _shape(widget)
    help = bound.help_text if help is None else help
    name = bound.auto_id or bound.html_name
    if isinstance(bound.field, MoneyField):
        prefix = prefix or money.symbol()
    described = [f"{name}_help"] if help else []
    if bound.errors:
        described.append(f"{name}_error")
    given: dict[str, Any] = {
        key.rstrip("_").replace("_", "-"): value for key, value in attrs.items()
    }
    if shape != "choices":
        given.setdefault("class", "control" if shape != "check" else "tick")
        if described:
            given["aria-describedby"] = " ".join(described)
    if bound.errors:
        given["aria-invalid"] = "true"
    # Django's own default of ten rows is a page on a phone.
    if isinstance(widget, forms.Textarea) and widget.attrs.get("rows", "10") == "10":
        given.setdefault("rows", 3)
    if shape == "choices":
        control = None
    elif isinstance(widget, UnitSearch):
        control = _unit_search(bound, widget, name, given)
    else:
        control = bound.as_widget(attrs=given)
    choices = list(bound) if shape == "choices" else []
    shown = [one for one in choices if one.data["selected"]] if fold else choices
    return draw(
        "field",
        bound=bound,
        shown=shown,
        folded=[one for one in choices if one not in shown],
        control=control,
        shape=shape,
        name=name,
        label=bound.label if label is None else label,
        help=help,
        errors=bound.errors,
        prefix=prefix,
        suffix=suffix,
        width=width,
        optional=mark == "auto" and not bound.field.required and shape != "check",
        described=" ".join(described),
        many=isinstance(widget, forms.CheckboxSelectMultiple),
        limit=getattr(bound.field, "max_length", None) if shape == "text" else None,
    )


def _unit_search(
    bound: BoundField, widget: UnitSearch, name: str, given: Mapping[str, object]
) -> SafeString:
    found = widget.shown(bound.value())
    said = "" if bound.errors else found.sentence
    return draw(
        "unit_search",
        field=bound.html_name,
        name=name,
        words=found.words,
        attrs=flatatt(dict(given)),
        address=widget.address_for(bound.html_name, name, found.chosen),
        found=found_units(found, bound.html_name, name, empty=widget.empty, said=said),
    )


def found_units(
    found: FoundUnits, field: str, name: str, *, empty: object, said: object = ""
) -> SafeString:
    """What stands below the text box of a search for a unit: also the answer while one types."""
    if len(found.lines) > 1:
        empty = _("Choose one of these")
    return draw("found_units", found=found, field=field, name=name, empty=empty, said=said)


Wrong = tuple[str, object, object]  # the id of its field, its label, what is wrong


@register.simple_tag
def error_summary(form: BaseForm | None, lines: BaseFormSet[BaseForm] | None = None) -> SafeString:
    """What has to be put right, with a link to each field; nothing when nothing is wrong. Where
    a formset of lines belongs to the form, also what is wrong in which line."""
    rows: list[Wrong] = []
    general: list[object] = []
    if form is not None and form.is_bound:
        rows += _wrong(form)
        general += form.non_field_errors()
    if lines is not None and lines.is_bound:
        for number, line in enumerate(lines, start=1):
            where = _("line %(number)s") % {"number": number}
            rows += [(name, f"{label}, {where}", error) for name, label, error in _wrong(line)]
            general += line.non_field_errors()
        general += lines.non_form_errors()
    return draw("error_summary", rows=rows, general=general) if rows or general else SafeString("")


def _wrong(form: BaseForm) -> list[Wrong]:
    return [
        (bound.auto_id or bound.html_name, str(bound.label), error)
        for bound in form
        for error in bound.errors
    ]


@register.simple_block_tag
def fieldset(content: str, legend: object, help: object = "") -> SafeString:
    """Fields that belong together, under one legend."""
    return draw("fieldset", content=content, legend=legend, help=help)


@register.simple_block_tag
def field_row(content: str, tight: bool = False) -> SafeString:
    """Short fields side by side where there is room; `tight`: a few words each, as a condition has."""
    kind = "field-row field-row-tight" if tight else "field-row"
    return SafeString(f'<div class="{kind}">{content}</div>')


@register.simple_tag
def form_key() -> SafeString:
    """What makes a form count once however often it is sent (workflow/sendings.py)."""
    return format_html('<input type="hidden" name="form_key" value="{}">', token_urlsafe(16))


def _is_typed_at_length(form: BaseForm | None) -> bool:
    return form is not None and any(
        isinstance(field.widget, forms.Textarea) for field in form.fields.values()
    )


def _keep_typed(attrs: dict[str, object], request: HttpRequest, action: str) -> None:
    """What is typed in its long texts stays on the device until it arrived (static/js/drafts.js);
    a form that says how it is kept says so itself."""
    if request.user.is_authenticated and "data_draft" not in attrs:
        attrs["data_draft"] = urlsplit(action).path or request.path
        attrs["data_draft_owner"] = request.user.pk
        attrs["data_draft_seal"] = key_ring.handed_to(request.user.pk, key_ring.Purpose.DRAFT)
        attrs["data_draft_texts"] = True


@register.simple_block_tag(takes_context=True)
def form(
    context: Context,
    content: str,
    form: BaseForm | None = None,
    submit: object = "",
    action: str = "",
    method: str = "post",
    cancel: str = "",
    kind: str = "primary",
    note: object = "",
    lines: BaseFormSet[BaseForm] | None = None,
    **attrs: object,
) -> SafeString:
    """The form around the fields: token, sum of errors, the one action, a way back.

    With nothing between the tags, all fields of the form are drawn in their order.
    """
    if form is not None and form.is_multipart():
        attrs["enctype"] = "multipart/form-data"
    attrs["method"] = method
    request = context.get("request")
    if not action and method == "post" and request is not None and idle.has_waited(request):
        action = request.get_full_path()
    if action:
        attrs["action"] = action
    if method == "post" and request is not None and _is_typed_at_length(form):
        _keep_typed(attrs, request, action)
    return draw(
        "form",
        content=content if filled(content) else "",
        form=form,
        submit=submit,
        cancel=cancel,
        kind=kind,
        note=note,
        lines=lines,
        attrs=attributes(attrs),
        keeps_texts="data_draft_texts" in attrs,
        csrf_token=context.get("csrf_token") if method == "post" else None,
    )
