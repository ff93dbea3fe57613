"""For whoever watches the process: it can do its work."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from innovation.workflow import broker, signs_of_life

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether database and broker answer now; 503 takes this process out of the rotation. Without a
    worker or a scheduler the pages still work, so that is 200 and said."""
    parts = {"database": _database_answers(), "broker": broker.answers()}
    ready = all(parts.values())
    words = {name: "up" if up else "down" for name, up in parts.items()}
    at = timezone.now()
    background = _background(at) if parts["database"] else {}
    silent = any(word != "up" for word in background.values())
    # One scheduler is enough, so that the second is away is said and no more.
    if parts["database"] and (stands_by := signs_of_life.standby(at=at)) is not None:
        background["standby"] = "up" if stands_by else "not seen for three minutes"
    status = "not ready" if not ready else "degraded" if silent else "ready"
    return JsonResponse({"status": status, **words, **background}, status=200 if ready else 503)


def _background(at: datetime) -> dict[str, str]:
    missed = signs_of_life.missed(at=at)
    words = {kind.value: "up" for kind in signs_of_life.NEEDED}
    for kind, moment in missed.items():
        words[kind] = f"not seen since {moment:%Y-%m-%dT%H:%M:%SZ}" if moment else "never seen"
    return words


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except Exception:  # whatever it is: not ready, and the log says why
        logger.warning("The database does not answer.", exc_info=True)
        return False
