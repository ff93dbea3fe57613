"""Narrowing lists of the API by their columns."""

from typing import Any, ClassVar

import django_filters
from django import forms
from django.db import models
from django_filters.filterset import FILTER_FOR_DBFIELD_DEFAULTS

from innovation.web.keys import LARGEST


class KeyFilter(django_filters.NumberFilter):
    """The rows that refer to this key: none, where there is no such row and where it is not the
    reader's alike. The library would look the row up among all there are and refuse an unknown
    key, which tells which ones others have (seen on 2026-11-28)."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"min_value": 0, "max_value": LARGEST, **options})


class ApiFilter(django_filters.FilterSet):
    """As the library's, but for references to other rows."""

    FILTER_DEFAULTS: ClassVar[dict[Any, Any]] = {
        **FILTER_FOR_DBFIELD_DEFAULTS,
        models.ForeignKey: {"filter_class": KeyFilter},
        models.OneToOneField: {"filter_class": KeyFilter},
    }
