from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

class OAuth2CallbackView:
    adapter: Any
    @classmethod
    def adapter_view(cls, adapter: object) -> Callable[[HttpRequest], HttpResponse]: ...
    def _get_state(
        self, request: HttpRequest, provider: Any
    ) -> tuple[dict[str, Any] | None, HttpResponse | None]: ...
