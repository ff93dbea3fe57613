from typing import Any

from django.http import HttpRequest

class DefaultSocialAccountAdapter:
    request: HttpRequest

def get_adapter() -> Any: ...
