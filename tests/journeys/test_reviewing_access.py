"""Ada reviews who holds which role: a page of them at once, without script and by keyboard; and a
role that a group gave stays taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from innovation.access import actions as access
from innovation.audit import actions as audit
from innovation.federation.models import GroupRole
from innovation.people import actions as people
from innovation.people.models import RoleGrant, User
from tests.factories.cast import Cast
from tests.journeys.visitor import Live, Scheme
from tests.probes import one_of


def crowd(cast: Cast, size: int) -> None:
    """So many people with a role at St Brigid that a review has pages."""
    made = User.objects.bulk_create(
        User(email=f"n{i}@lakeshore.example", name=f"Nurse {i:02}", unit=cast.brigid)
        for i in range(size)
    )
    RoleGrant.objects.bulk_create(
        RoleGrant(person=one, unit=cast.brigid, role="staff", granted_at=timezone.now())
        for one in made
    )


def test_page_of_roles_is_kept_by_keyboard_without_script_and_one_taken_back(
    live: Live, cast: Cast
) -> None:
    crowd(cast, 50)
    review = access.open_review(cast.lakeshore, by=cast.ada, at=timezone.now())
    ada = live(cast.ada, device="phone", javascript=False)
    ada.open(f"/people/reviews/{review.pk}/")
    ada.look()
    ada.page.get_by_role("link", name="Keep all on this page …").press("Enter")
    ada.sees("will be kept", "given by two administrators", "Nurse 10: Staff in St Brigid General")
    ada.sees_not("Amara")
    ada.look()
    shown = ada.page.get_by_role("button", name="Keep").inner_text()
    ada.page.get_by_label("Nurse 10: Staff in St Brigid General").press("Space")
    ada.page.get_by_role("button", name=shown).press("Enter")
    # The number is another one now, and is named before anything is done
    fewer = f"Keep {int(shown.split()[1]) - 1} roles"
    assert not review.rows.exclude(decision="").exists()
    expect(ada.page.get_by_label("Nurse 10: Staff in St Brigid General")).not_to_be_checked()
    ada.page.get_by_role("button", name=fewer).press("Enter")
    ada.sees("roles are kept.", "Nurse 10")
    # And an answer is taken back as long as the review is open
    ada.press("Answers so far")
    ada.page.get_by_label("Nurse 09: Staff in St Brigid General").press("Space")
    ada.page.get_by_role("button", name="Take the ticked answers back").press("Enter")
    ada.sees("1 answer is ticked")
    ada.look()
    ada.page.get_by_role("button", name="Take 1 answer back").press("Enter")
    ada.sees("1 role waits again.", "Nurse 09")


@pytest.mark.parametrize(
    ("device", "scheme"), one_of(("desktop", "light"), ("phone", "dark"), taken=1)
)
def test_role_that_no_group_gives_again_is_confirmed_anew(
    live: Live, cast: Cast, device: str, scheme: Scheme
) -> None:
    now = timezone.now()
    GroupRole.objects.create(
        provider="scim", group="Wards", role="mentor", unit=cast.brigid,
        made_at=now - timedelta(days=2), made_by=cast.ada,
    )  # fmt: skip
    given = people.grant_from_group(
        cast.ana, at=now - timedelta(days=1), unit=cast.brigid, role="mentor",
        decided_by=cast.ada, group="scim:Wards", by=audit.System("Entra ID"),
    )  # fmt: skip
    people.end_grant(given, by=cast.ada, at=now)
    ada = live(cast.ada, device=device, scheme=scheme)
    ada.open(f"/people/{cast.ana.pk}/")
    ada.sees("the group “Wards” does not give it again")
    ada.look()
    ada.open("/people/groups/")
    ada.sees("Ana Ruiz: taken back by Ada Kowalski")
    ada.page.get_by_text("Confirm anew").click()
    ada.sees("1 person from whom it was taken back holds it again")
    ada.look()  # the question lies within the screen, wherever its button stands
    ada.press("Give it to them, too")
    ada.sees_not("taken back by")
