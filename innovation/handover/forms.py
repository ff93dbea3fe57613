"""Who takes over what, as it is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

from django import forms
from django.utils.translation import gettext_lazy as _

from innovation.people.models import User
from innovation.web.panels import HandoverItem
from innovation.web.typed_forms import FormOptions, ModelChoiceField, Sent


class HandoverForm(forms.Form):
    """A choice for each thing, of those who may hold it; what is left open stays as it is."""

    def __init__(
        self,
        data: Sent | None = None,
        *,
        items: Sequence[HandoverItem],
        **options: Unpack[FormOptions],
    ) -> None:
        super().__init__(data, **options)
        self.items = {item.key: item for item in items if item.may_take is not None}
        for key, item in self.items.items():
            assert item.may_take is not None
            self.fields[key] = ModelChoiceField[User](
                queryset=item.may_take(),
                label=_("To whom"),
                required=False,
                empty_label=_("Nobody yet"),
            )
            if item.leave_empty is not None:
                self.fields[f"{key}-empty"] = forms.BooleanField(
                    label=item.empty_label, required=False
                )

    def clean(self) -> dict[str, object]:
        given: dict[str, object] = super().clean() or self.cleaned_data
        for key in self.items:
            if given.get(key) and given.get(f"{key}-empty"):
                self.add_error(key, _("Choose somebody, or leave it empty; not both."))
        if not any(given.values()) and not self.errors:
            raise forms.ValidationError(_("Choose somebody for at least one of them."))
        return given

    @property
    def chosen(self) -> list[tuple[HandoverItem, User]]:
        return [
            (item, self.cleaned_data[key])
            for key, item in self.items.items()
            if self.cleaned_data.get(key)
        ]

    def empty_tick(self, item: HandoverItem) -> forms.BoundField | None:
        name = f"{item.key}-empty"
        return self[name] if name in self.fields else None

    @property
    def left_empty(self) -> list[HandoverItem]:
        return [item for key, item in self.items.items() if self.cleaned_data.get(f"{key}-empty")]
