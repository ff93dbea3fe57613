"""Rows for people, units, one's own account, the log, the inbox and pages of no room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from innovation.access import actions as access
from innovation.audit import actions as audit
from innovation.notices import actions as notices
from innovation.notices.models import Notice
from innovation.people import actions as people
from innovation.people.models import RoleGrant, ServiceAccount
from innovation.retention import actions as retention
from innovation.rules import dates
from tests.factories.cast import NOW, Cast, somebody
from tests.house.routes import EVERYBODY, HERE, NOBODY, Row, only

READERS = only("ada", "otto", "hugo")  # who reads accounts and roles somewhere
KEEPERS = only("ada", "hugo")  # who keeps people and units somewhere


def ana(cast: Cast) -> Mapping[str, Any]:
    return {"pk": cast.ana.pk}


def brigid(cast: Cast) -> Mapping[str, Any]:
    return {"pk": cast.brigid.pk}


def a_grant(cast: Cast) -> Mapping[str, Any]:
    return {"pk": RoleGrant.objects.get(person=cast.ben, role="staff").pk}


def a_proposal(cast: Cast) -> Mapping[str, Any]:
    return {
        "pk": people.propose_role(
            cast.ben, by=cast.ada, at=NOW, unit=cast.brigid, role="auditor", reason="Left over."
        ).pk
    }


def an_import(cast: Cast) -> Mapping[str, Any]:
    found = access.upload_people(
        by=cast.ada,
        at=NOW,
        unit=cast.brigid,
        file_name="ward.csv",
        content=b"email,name\nnadia@lakeshore.example,Nadia Petrov\n",
    )
    return {"pk": found.pk}


def an_invitation(cast: Cast) -> Mapping[str, Any]:
    invitation = access.invite(
        by=cast.ada, at=NOW, email="nadia@lakeshore.example", unit=cast.brigid, role="staff"
    )
    return {"pk": invitation.pk}


def a_verification(cast: Cast) -> Mapping[str, Any]:
    people.grant(cast.ben, by=cast.ada, at=NOW, unit=cast.brigid, role="mentor")
    return {"pk": audit.verify(by=cast.otto, at=NOW).pk}


def a_leaver(cast: Cast) -> Mapping[str, Any]:
    left = somebody("staff", at=cast.brigid)
    people.deactivate(left, by=cast.ada, at=NOW)
    return {"pk": left.pk}


def a_review(cast: Cast) -> Mapping[str, Any]:
    return {"pk": access.open_review(cast.brigid, by=cast.ada, at=NOW).pk}


def a_deputyship(cast: Cast) -> Mapping[str, Any]:
    """Ana is away, and Jonas acts for her."""
    today = dates.today()
    deputyship = access.name_deputy(
        by=cast.ana, at=timezone.now(), deputy=cast.jonas, starts_on=today, ends_on=today
    )
    return {"pk": deputyship.pk}


def a_token_of_ana(cast: Cast) -> Mapping[str, Any]:
    token, _text = people.create_token(by=cast.ana, at=NOW, name="export", days=30)
    return {"pk": token.token_key}


def a_notice_of_ana(cast: Cast) -> Mapping[str, Any]:
    notices.notify(
        [cast.ana], kind="access", title="News", about=cast.brigid, url="/profile/", at=NOW
    )
    return {"pk": Notice.objects.get(title="News").pk}


def a_service(cast: Cast) -> Mapping[str, Any]:
    service = access.create_service(
        by=cast.ada,
        at=NOW,
        name="Warehouse export",
        purpose="Reads for the warehouse each night.",
        unit=cast.brigid,
        owner=cast.jonas,
        units=[cast.brigid],
    )
    return {"pk": service.pk}


def a_token_of_a_service(cast: Cast) -> Mapping[str, Any]:
    service = ServiceAccount.objects.get(**a_service(cast))
    token, _text = access.create_service_token(
        service, by=cast.ada, at=NOW, name="nightly", days=30, scopes=["read"]
    )
    return {"pk": service.pk, "key": token.token_key}


def an_erasure(cast: Cast) -> Mapping[str, Any]:
    return {"pk": retention.ask_for_erasure(by=cast.ana, at=NOW).pk}


ROUTES: dict[str, Row] = {
    # people
    "innovation:people": Row(get=READERS),
    "innovation:person-create": Row(get=KEEPERS, post=KEEPERS),
    "innovation:person-detail": Row(get=only("ada", "otto"), kwargs=ana),
    "innovation:person-edit": Row(get=only("ada"), post=only("ada"), kwargs=ana),
    "innovation:person-password-link": Row(post=only("ada"), kwargs=ana),
    "innovation:person-second-step-reset": Row(get=only("ada"), post=only("ada"), kwargs=ana),
    "innovation:person-close": Row(get=only("ada"), post=only("ada"), kwargs=ana),
    "innovation:person-reopen": Row(post=only("ada"), kwargs=ana),
    "innovation:retention": Row(get=only("ada")),
    "innovation:erasure-request": Row(get=only("ada"), post=only("ada"), kwargs=an_erasure),
    "innovation:person-take-name": Row(get=only("ada"), post=only("ada"), kwargs=a_leaver),
    "innovation:grant-create": Row(get=only("ada"), post=only("ada"), kwargs=ana),
    "innovation:grant-end": Row(post=only("ada"), kwargs=a_grant),
    "innovation:grant-until": Row(get=only("ada"), post=only("ada"), kwargs=a_grant),
    "innovation:role-proposal": Row(get=only("ada"), kwargs=a_proposal),
    "innovation:role-confirm": Row(post=NOBODY, kwargs=a_proposal),  # Ada proposed it herself
    "innovation:role-decline": Row(post=NOBODY, kwargs=a_proposal),
    "innovation:role-withdraw": Row(post=only("ada"), kwargs=a_proposal),
    "innovation:invitations": Row(get=KEEPERS, post=KEEPERS),
    "innovation:invitation-send-again": Row(post=only("ada"), kwargs=an_invitation),
    "innovation:invitation-revoke": Row(post=only("ada"), kwargs=an_invitation),
    "innovation:deputies": Row(get=EVERYBODY, post=EVERYBODY),
    "innovation:deputy-end": Row(post=only("ana", "jonas"), kwargs=a_deputyship),
    "innovation:deputy-act": Row(post=only("jonas"), kwargs=a_deputyship),
    "innovation:deputy-stop": Row(post=EVERYBODY, outsider=True),
    "innovation:access-reviews": Row(get=READERS, post=KEEPERS),
    "innovation:access-review": Row(get=only("ada", "otto"), post=only("ada"), kwargs=a_review),
    "innovation:access-review-keep": Row(get=only("ada"), post=only("ada"), kwargs=a_review),
    "innovation:access-review-answers": Row(get=only("ada"), post=only("ada"), kwargs=a_review),
    "innovation:access-review-record": Row(get=only("ada", "otto"), kwargs=a_review),
    "innovation:access-review-file": Row(get=only("ada", "otto"), kwargs=a_review),
    "innovation:people-imports": Row(get=KEEPERS, post=KEEPERS),
    "innovation:people-import": Row(get=only("ada"), post=only("ada"), kwargs=an_import),
    "innovation:people-import-discard": Row(post=only("ada"), kwargs=an_import),
    "innovation:people-import-undo": Row(post=only("ada"), kwargs=an_import),
    "innovation:people-import-file": Row(get=only("ada"), kwargs=an_import),
    "innovation:unit-list": Row(get=READERS),
    "innovation:unit-create": Row(get=KEEPERS, post=KEEPERS),
    "innovation:unit-detail": Row(get=HERE, kwargs=brigid),
    "innovation:unit-find": Row(get=EVERYBODY),
    "innovation:unit-edit": Row(get=only("ada"), post=only("ada"), kwargs=brigid),
    "innovation:unit-move": Row(get=only("ada"), post=only("ada"), kwargs=brigid),
    "innovation:unit-close": Row(get=only("ada"), post=only("ada"), kwargs=brigid),
    "innovation:unit-reopen": Row(post=only("ada"), kwargs=brigid),
    "innovation:api-me": Row(get=EVERYBODY),
    "innovation:api-news": Row(get=EVERYBODY),
    "innovation:news": Row(get=EVERYBODY, post=EVERYBODY, outsider=True),
    "innovation:api-person-list": Row(get=EVERYBODY),
    "innovation:api-person-detail": Row(get=HERE, kwargs=ana),
    "innovation:api-unit-list": Row(get=EVERYBODY),
    "innovation:api-unit-detail": Row(get=HERE, kwargs=brigid),
    "innovation:services": Row(get=READERS),
    "innovation:service-create": Row(get=KEEPERS, post=KEEPERS),
    "innovation:service-detail": Row(get=only("ada", "otto", "jonas"), kwargs=a_service),
    "innovation:service-edit": Row(get=only("ada"), post=only("ada"), kwargs=a_service),
    "innovation:service-close": Row(get=only("ada"), post=only("ada"), kwargs=a_service),
    "innovation:service-token-create": Row(post=only("ada"), kwargs=a_service),
    "innovation:service-token-revoke": Row(post=only("ada", "jonas"), kwargs=a_token_of_a_service),
    # one's own account
    "innovation:profile": Row(get=EVERYBODY, post=EVERYBODY, outsider=True),
    "innovation:own-data": Row(get=EVERYBODY, post=EVERYBODY, outsider=True),
    "innovation:own-erasure": Row(get=EVERYBODY, post=EVERYBODY, outsider=True),
    "innovation:erasure-withdraw": Row(post=EVERYBODY, outsider=True),
    "innovation:account-log": Row(get=EVERYBODY, outsider=True),
    "innovation:sessions-end": Row(post=EVERYBODY, outsider=True),
    "innovation:token-create": Row(post=EVERYBODY),
    "innovation:token-revoke": Row(post=only("ana"), kwargs=a_token_of_ana),
    # the log
    "innovation:audit-log": Row(get=READERS),
    "innovation:audit-chain": Row(get=READERS),
    "innovation:audit-anchors": Row(get=READERS),
    "innovation:audit-compare": Row(post=READERS),
    "innovation:audit-verify": Row(post=READERS),
    "innovation:audit-verification": Row(get=only("ada", "otto"), kwargs=a_verification),
    "innovation:audit-export": Row(post=READERS),
    "innovation:api-event-list": Row(get=READERS),
    # what waits, and the inbox
    "innovation:waiting": Row(get=EVERYBODY),
    "innovation:inbox": Row(get=EVERYBODY),
    "innovation:inbox-read": Row(post=EVERYBODY),
    "innovation:notice-open": Row(get=only("ana"), kwargs=a_notice_of_ana),
    "innovation:api-waiting": Row(get=EVERYBODY),
    "innovation:api-notice-list": Row(get=EVERYBODY),
    "innovation:api-notice-read": Row(post=only("ana"), kwargs=a_notice_of_ana),
    # of no room
    "innovation:search": Row(get=EVERYBODY),
    # Whoever has no role has nothing waiting, and the navigation asks all the same.
    "innovation:waiting-count": Row(get=EVERYBODY, outsider=True),
    "innovation:gallery": Row(get=EVERYBODY),
    "innovation:unsent": Row(get=EVERYBODY, outsider=True),
    "innovation:unsent-send": Row(post=EVERYBODY, outsider=True),
    "innovation:unsent-drop": Row(post=EVERYBODY, outsider=True),
    "innovation:theme": Row(post=EVERYBODY, outsider=True, stranger=True),
    "innovation:api-schema": Row(get=EVERYBODY),
    "innovation:api-docs": Row(get=EVERYBODY),
    "healthz": Row(get=EVERYBODY, outsider=True, stranger=True),
    "readyz": Row(get=EVERYBODY, outsider=True, stranger=True),
}
