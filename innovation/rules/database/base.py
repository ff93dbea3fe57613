"""Where Django looks for the backend."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import psycopg
from django.db.backends.postgresql import base

from . import hanging

_psycopg = ModuleType("psycopg")
_psycopg.__dict__.update(psycopg.__dict__, connect=hanging.WatchedConnection.connect)


class DatabaseWrapper(base.DatabaseWrapper):
    Database = _psycopg

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        hanging.check()
        return super().get_new_connection(conn_params)
