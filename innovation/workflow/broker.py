"""Whether the broker answers."""

from __future__ import annotations

import logging

from django.conf import settings
from kombu.exceptions import KombuError

from innovation.celery import app

logger = logging.getLogger(__name__)


def answers() -> bool:
    seconds = settings.BROKER_SECONDS
    try:
        with app.connection_for_write(transport_options={"socket_timeout": seconds}) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=seconds)
            return True
    except (OSError, KombuError):
        logger.warning("The broker does not answer.", exc_info=True)
        return False
