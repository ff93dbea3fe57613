"""Rows for the back room: nobody of the cast works there (`is_staff` is no role of the product)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.factories.cast import Cast
from tests.house.routes import EVERYBODY, NOBODY, Row


def a_user(cast: Cast) -> Mapping[str, Any]:
    return {"object_id": cast.ana.pk}


SHUT = Row(get=NOBODY)
PAGES = ("index", "login", "password_change", "password_change_done", "jsi18n", "autocomplete")
MODELS = ("user", "unit", "rolegrant")

ROUTES: dict[str, Row] = {
    **{f"back-room:{page}": SHUT for page in PAGES},
    # Asked for without a form, it sends everybody back to the door.
    "back-room:logout": Row(get=EVERYBODY, outsider=True, stranger=True),
    "back-room:app_list": Row(get=NOBODY, kwargs=lambda cast: {"app_label": "innovation"}),
    "back-room:view_on_site": Row(
        get=NOBODY, kwargs=lambda cast: {"content_type_id": 1, "object_id": cast.ana.pk}
    ),
    **{f"back-room:innovation_{model}_changelist": SHUT for model in MODELS},
    **{f"back-room:innovation_{model}_add": SHUT for model in MODELS},
    **{
        f"back-room:innovation_{model}_{page}": Row(get=NOBODY, kwargs=a_user)
        for model in MODELS
        for page in ("history", "delete", "change")
    },
}
