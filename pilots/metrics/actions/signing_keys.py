"""The keys with which a source shows who asks: made here, published before they sign, and changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.people.models import User
from innovation.rules.key_ring import SealedWithAnotherKey
from innovation.rules.refusal import Refused
from innovation.rules.transactions import atomic
from innovation.workflow.actions import lock
from pilots.connectors import signing
from pilots.connectors.errors import BadConfig
from pilots.connectors.sftp import host_keys
from pilots.connectors.sftp import keys as ssh
from pilots.connectors.signing import SIGNED, SIGNS, WILL_SIGN
from pilots.metrics import credentials
from pilots.metrics.actions import outcomes, pace
from pilots.metrics.actions.requests import pull_again
from pilots.metrics.models import Source, SourceCheck
from pilots.metrics.permissions import check_can_edit_source

# How a source signs in with a key of its own: at a FHIR server, and at one that speaks SSH.
SIGNING = ("smart", "key")


def completed(
    config: Mapping[str, object], given: Mapping[str, str], known: Mapping[str, str]
) -> dict[str, str]:
    """The secrets that were given, and a key where the source signs and has none. One that was entered is
    looked at, and the one that it replaces stays published."""
    secrets = dict(given)
    if config.get("auth") not in SIGNING:
        return secrets
    if not secrets.get(SIGNS):
        return secrets if known.get(SIGNS) else {**secrets, SIGNS: _made(config)}
    try:
        (ssh if config["auth"] == "key" else signing).loaded(secrets[SIGNS])
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
    if source.config.get("auth") not in SIGNING or not known.get(SIGNS):
        raise Refused(_("This source signs nothing."))
    signs = bool(known.get(WILL_SIGN))
    if signs:
        known[SIGNED], known[SIGNS] = known[SIGNS], known.pop(WILL_SIGN)
    else:
        known[WILL_SIGN] = _made(source.config)
    source.secret = credentials.seal(known)
    source.save(update_fields=["secret"])
    kid = _name_of(known[SIGNS if signs else WILL_SIGN], source.config)
    if signs:
        audit.record("source.key_changed", source, by=by, at=at, key=kid)
    else:
        audit.record("source.key_made", source, by=by, at=at, key=kid)
    return signs


@atomic
def confirm_host_key(check: SourceCheck, *, by: User, at: datetime) -> None:
    """Take the key that a server showed, when it was asked, for its own: whoever asked has compared it with what
    they know from elsewhere. From now on it is spoken to."""
    source = check.source
    lock(source)
    check_can_edit_source(by, source)
    offered = str((check.answer or {}).get("offered") or "")
    if check.asked_by_id != by.pk or not offered:
        raise Refused(_("No key was shown that could be confirmed."))
    if source.asked_with != check.asked_with:
        raise Refused(
            _("The source was changed since it showed this key. Ask again whether it answers.")
        )
    before = str(source.config.get("host_key") or "")
    source.config = {**source.config, "host_key": offered}
    source.save(update_fields=["config"])
    pull_again(source, by=by, at=at)
    pace.forget(source)
    key = host_keys.fingerprint(offered)
    if before:
        former = host_keys.fingerprint(before)
        notices.notify(
            outcomes.keepers(source),
            kind="alarms",
            title=_("The server of %(source)s has another key") % {"source": source.name},
            text=_("%(person)s compared it and confirmed it: %(key)s.")
            % {"person": by.name, "key": key},
            about=source,
            url=reverse("pilots:source-detail", args=[source.pk]),
            at=at,
            but=by,
        )
        audit.record("source.host_key_changed", source, by=by, at=at, key=key, before=former)
    else:
        audit.record("source.host_key_confirmed", source, by=by, at=at, key=key)


def _name_of(pem: str, config: Mapping[str, object]) -> str:
    if config["auth"] == "key":
        return host_keys.fingerprint(ssh.public(pem))
    return signing.public(pem)["kid"]


def _made(config: Mapping[str, object]) -> str:
    if config["auth"] == "key":
        return ssh.new_key(str(config.get("signing_algorithm") or ""))
    return signing.new_key(str(config.get("signing_algorithm") or signing.ALGORITHMS[0]))
