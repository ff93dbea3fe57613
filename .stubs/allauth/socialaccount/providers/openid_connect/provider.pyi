from typing import Any

from django.http import HttpRequest, HttpResponseRedirect

class OpenIDConnectProvider:
    id: str
    name: str
    app: Any
    def __init__(self, request: HttpRequest, app: object) -> None: ...
    def redirect(
        self, request: HttpRequest, process: str, **kwargs: Any
    ) -> HttpResponseRedirect: ...
