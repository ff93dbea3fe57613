"""Ada brings a ward in from a file and takes it back; Nadia takes up an invitation on her phone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core import mail
from django.utils import timezone

from innovation.access import actions as access
from innovation.access.models import PeopleImport
from innovation.people.models import User
from tests.factories.cast import Cast
from tests.journeys.visitor import Live, Visitor
from tests.patience import wait_until
from tests.worker import Worker

WARD = """\
Mail,Who,Ward,Role
nadia@lakeshore.example,Nadia Petrov,4 West,Staff
omar@lakeshore.example,Omar Haddad,5 West,Staff
"""
CHOSEN = "a lamp in the corridor"


def test_ward_is_imported_from_a_file_and_taken_back(
    live: Live, cast: Cast, worker: Worker, tmp_path: Path
) -> None:
    path = tmp_path / "ward.csv"
    path.write_text(WARD)
    ada = live(cast.ada)
    # When she uploads a file whose columns are called otherwise
    ada.open("/people/")
    ada.press("Imports")
    ada.page.get_by_label("Into").select_option(str(cast.brigid.pk))
    ada.page.get_by_label("File").set_input_files(path)
    ada.press("Upload and look at it")
    ada.look()
    # Then she says what one of them means, and reads what every row would do
    ada.choose("Name", "Who")
    ada.press("Show what it would do")
    ada.sees("Nadia Petrov", "There is no open unit 5 West in St Brigid General or below it.")
    ada.look()
    # And a worker does it while she looks on
    ada.press("Import 1 row")
    wait_until(lambda: PeopleImport.objects.get().done_at is not None)
    ada.page.reload()
    ada.sees("New account", "Refused")
    ada.look()
    # When it was the wrong file, nothing of it is left open
    ada.page.locator("summary", has_text="Take the import back").click()
    ada.press("Take it back")
    wait_until(lambda: PeopleImport.objects.get().undone_at is not None)
    ada.page.reload()
    ada.sees("Taken back")
    ada.look()
    assert not User.objects.get(email="nadia@lakeshore.example").is_active


@pytest.mark.django_db(transaction=True)
def test_invitation_is_taken_up_on_a_phone(live: Live, cast: Cast) -> None:
    ada = live(cast.ada)
    ada.open("/people/invitations/")
    ada.fill("E-mail", "nadia@lakeshore.example")
    ada.choose("Role", "Staff")
    ada.press("Invite")
    ada.sees("Being sent")
    ada.look()
    nadia = live(device="phone", scheme="dark")
    nadia.open(sent_link())
    nadia.look()
    nadia.fill("Your name", "Nadia Petrov")
    nadia.fill("Password", CHOSEN)
    nadia.fill("Once more", "something else altogether")
    nadia.press("Make my account")
    nadia.sees("The two are not alike.")
    nadia.look()
    nadia.fill("Password", CHOSEN)
    nadia.fill("Once more", CHOSEN)
    nadia.press("Make my account")
    nadia.sees("Your account is ready. Sign in with it.")
    sign_in(nadia)
    ada.page.reload()
    ada.sees("Taken up by Nadia Petrov")
    ada.look()


def sent_link() -> str:
    access.mail_invitations(at=timezone.now())
    path = re.search(r"https?://[^/]+(/invitations/\S+)", str(mail.outbox[-1].body))
    assert path
    return path[1]


def sign_in(nadia: Visitor) -> None:
    nadia.fill("E-mail", "nadia@lakeshore.example")
    nadia.fill("Password", CHOSEN)
    nadia.press("Sign in")
    nadia.page.wait_for_url(re.compile(r".*/(?!accounts/).*"))
    nadia.open("/profile/")
    nadia.sees("hold 1 role")
    nadia.look()
