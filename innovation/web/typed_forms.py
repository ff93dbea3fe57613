"""Django's forms as the types know them: of one model, written `ModelForm[Need]`.

Django's own classes are generic in the types alone; these can be written so in running code.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypedDict, TypeVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise

if TYPE_CHECKING:
    from django.forms import BaseFormSet as BaseFormSet
    from django.forms import ModelChoiceField as ModelChoiceField
    from django.forms import ModelForm as ModelForm
    from django.utils.functional import _StrPromise

    Words = str | _StrPromise  # as they are, or in the language of who reads them
else:
    Words = str | Promise

    class ModelForm(forms.ModelForm):
        def __class_getitem__(cls, _model):
            return cls

    class ModelChoiceField(forms.ModelChoiceField):
        def __class_getitem__(cls, _model):
            return cls

    class BaseFormSet(forms.BaseFormSet):
        def __class_getitem__(cls, _form):
            return cls


Sent = Mapping[str, Any]  # what was typed, by the names of the fields; nobody has looked at it yet
Cleaned = dict[str, Any]  # what the fields made of it, each of the type of its field
Initial = MutableMapping[str, Any]  # what stands in the fields before


class FormOptions(TypedDict, total=False):
    """What every form may be given beside what was typed."""

    files: MultiValueDict[str, UploadedFile[Any]] | None
    prefix: str | None
    initial: Initial | None
    auto_id: str


Row = TypeVar("Row", bound=Model)


class RowFormOptions(FormOptions, Generic[Row], total=False):
    instance: Row | None


class MoneyField(forms.DecimalField):
    """An amount in the installation's one currency, which stands before it on the page."""

    def prepare_value(self, value: Any) -> Any:
        """Cents only where there are any, as amounts are written elsewhere."""
        if isinstance(value, Decimal) and value == value.to_integral_value():
            return value.quantize(Decimal(1))
        return value


def day_input() -> forms.DateInput:
    """The device's own calendar; the format is the one that it sends and understands."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
