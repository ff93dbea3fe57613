"""An address for whoever watches the process: it is up. Whether it can do its work is answered by
`innovation/workflow/views.py`."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers. Asks nobody else, so a slow database restarts no web server. The web
    server's own event loop answers before a request comes here (web/whole_requests.py)."""
    return JsonResponse({"status": "up"})
