from collections.abc import Callable
from typing import TypeVar, overload

from django.http import HttpRequest, HttpResponse

_View = TypeVar("_View", bound=Callable[..., HttpResponse])

@overload
def reauthentication_required(function: _View) -> _View: ...
@overload
def reauthentication_required(
    *, enabled: Callable[[HttpRequest], bool]
) -> Callable[[_View], _View]: ...
def secure_admin_login(function: _View) -> _View: ...
