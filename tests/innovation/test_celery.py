"""The app of the workers."""

from __future__ import annotations

import gc

from celery.signals import worker_before_create_process

from innovation.celery import app


def test_what_is_loaded_before_a_worker_forks_is_left_to_be_shared() -> None:
    """The collector marks each object that it looks at, and so copies what processes share."""
    assert app.conf.worker_pool == "prefork"
    loaded = [app]

    def is_looked_at() -> bool:
        return any(one is loaded for one in gc.get_objects())

    assert is_looked_at()
    worker_before_create_process.send(sender=None)
    assert not is_looked_at()
