from typing import Any

from django.http import HttpRequest

class SAMLProvider:
    id: str
    name: str
    app: Any
    def __init__(self, request: HttpRequest, app: object) -> None: ...
    def stash_redirect_state(
        self, request: HttpRequest, process: str, next_url: str | None = None, **kwargs: Any
    ) -> str: ...
    def unstash_redirect_state(self, request: HttpRequest, state_id: str) -> dict[str, Any]: ...
    def sociallogin_from_response(self, request: HttpRequest, response: object) -> Any: ...
