"""Django's sessions in the database, each with the person whose it is."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db

from innovation.people.models.sessions import Session


class SessionStore(db.SessionStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        kept = super().create_model_instance(data)
        assert isinstance(kept, Session)
        kept.person_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return kept
