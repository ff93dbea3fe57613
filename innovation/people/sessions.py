"""Django's sessions in the database, each with the person whose it is; a dump of them opens none."""

from __future__ import annotations

import hashlib
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.utils import timezone

from innovation.people.models.sessions import Session
from innovation.rules import key_ring
from innovation.rules.key_ring import Purpose


def kept_key(session_key: str) -> str:
    """What the table holds of a session's key. Keys are random, so a plain hash keeps them."""
    return hashlib.sha256(session_key.encode(errors="replace")).hexdigest()


class SessionStore(db.SessionStore):
    """As Django's, but for what is written: the hash of the key, and sealed data."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def encode(self, session_dict: dict[str, Any]) -> str:
        return key_ring.seal(super().encode(session_dict).encode(), Purpose.SESSION).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Nothing where it was sealed with a key that is gone: the person signs in again."""
        try:
            token = session_data.encode() if isinstance(session_data, str) else session_data
            return super().decode(key_ring.unseal(token, Purpose.SESSION).decode())
        except key_ring.SealedWithAnotherKey:
            return {}

    def _get_session_from_db(self) -> Session | None:
        kept = Session.objects.filter(
            session_key=kept_key(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if kept is None:
            self._session_key = None
        return kept

    def exists(self, session_key: str | None) -> bool:
        return Session.objects.filter(session_key=kept_key(session_key or "")).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        kept = super().create_model_instance(data)
        assert isinstance(kept, Session)
        kept.session_key = kept_key(kept.session_key)
        kept.person_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return kept

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            Session.objects.filter(session_key=kept_key(key)).delete()

    # The library's asynchronous half goes to the table by itself, and by the bare key.

    async def _aget_session_from_db(self) -> Session | None:
        return await sync_to_async(self._get_session_from_db)()

    async def aexists(self, session_key: str | None) -> bool:
        return await sync_to_async(self.exists)(session_key)

    async def acreate_model_instance(self, data: dict[str, Any]) -> Session:
        return await sync_to_async(self.create_model_instance)(data)

    async def adelete(self, session_key: str | None = None) -> None:
        await sync_to_async(self.delete)(session_key)
