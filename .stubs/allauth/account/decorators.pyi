from collections.abc import Callable
from typing import TypeVar

from django.http import HttpResponse

_View = TypeVar("_View", bound=Callable[..., HttpResponse])

def reauthentication_required(function: _View) -> _View: ...
def secure_admin_login(function: _View) -> _View: ...
