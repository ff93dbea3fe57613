"""The keys with which a source shows who asks: made here, published before they sign, and changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.people.models import User
from innovation.rules.key_ring import SealedWithAnotherKey
from innovation.rules.refusal import Refused
from innovation.rules.transactions import atomic
from innovation.workflow.actions import lock
from pilots.connectors import signing
from pilots.connectors.errors import BadConfig
from pilots.connectors.signing import SIGNED, SIGNS, WILL_SIGN
from pilots.metrics import credentials
from pilots.metrics.models import Source
from pilots.metrics.permissions import check_can_edit_source


def completed(
    config: Mapping[str, object], given: Mapping[str, str], known: Mapping[str, str]
) -> dict[str, str]:
    """The secrets that were given, and a key where the source signs and has none. One that was entered is
    looked at, and the one that it replaces stays published."""
    secrets = dict(given)
    if config.get("auth") != "smart":
        return secrets
    if not secrets.get(SIGNS):
        return secrets if known.get(SIGNS) else {**secrets, SIGNS: _made(config)}
    try:
        signing.loaded(secrets[SIGNS])
    except BadConfig as error:
        raise Refused(error.sentence) from None
    return {**secrets, SIGNED: known[SIGNS]} if known.get(SIGNS) else secrets


@atomic
def change_signing_key(source: Source, *, by: User, at: datetime) -> bool:
    """First a next key is made and published beside the one that signs. Asked again, it signs, and the one
    before stays published until the next time. Whether another key signs now."""
    lock(source)
    check_can_edit_source(by, source)
    try:
        known = credentials.unseal(source.secret)
    except SealedWithAnotherKey:
        raise Refused(
            _("The key of this source was encrypted with another one. Enter it again.")
        ) from None
    if source.config.get("auth") != "smart" or not known.get(SIGNS):
        raise Refused(_("This source signs nothing."))
    signs = bool(known.get(WILL_SIGN))
    if signs:
        known[SIGNED], known[SIGNS] = known[SIGNS], known.pop(WILL_SIGN)
    else:
        known[WILL_SIGN] = _made(source.config)
    source.secret = credentials.seal(known)
    source.save(update_fields=["secret"])
    kid = signing.public(known[SIGNS if signs else WILL_SIGN])["kid"]
    if signs:
        audit.record("source.key_changed", source, by=by, at=at, key=kid)
    else:
        audit.record("source.key_made", source, by=by, at=at, key=kid)
    return signs


def _made(config: Mapping[str, object]) -> str:
    return signing.new_key(str(config.get("signing_algorithm") or signing.ALGORITHMS[0]))
