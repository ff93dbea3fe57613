"""The named cast of every story, in one small health system; and the outsider, refused everywhere."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from django.contrib.auth.hashers import make_password

from innovation.people.models import RoleGrant, Unit, UnitKind, User
from tests.factories.remembered import remembered

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PASSWORD = "a quiet evening in the ward"


@dataclass(frozen=True)
class Cast:
    lakeshore: Unit  # the health system
    brigid: Unit  # a hospital
    medicine: Unit  # its department
    four_west: Unit  # a team of it
    harbor: Unit  # the other hospital
    harbor_clinic: Unit
    ana: User  # nurse on 4 West: staff at St Brigid
    ben: User  # clerk at St Brigid: staff
    maya: User  # innovation office of the system
    jonas: User  # pilot lead at St Brigid
    priya: User  # second pilot lead at St Brigid
    amara: User  # executive of the system, chief medical officer
    frank: User  # executive of the system, chief financial officer
    rosa: User  # executive of the system, chief nurse: sponsors what others decide on
    helen: User  # clinical safety reviewer of the system
    sam: User  # finance reviewer of the system
    ingrid: User  # mentor at St Brigid
    ada: User  # administrator of the system
    otto: User  # auditor of the system
    hugo: User  # innovation office, pilot team, executive and administrator at Harbor only
    victor: User  # the outsider: may sign in, holds no role anywhere


@remembered
def make_cast() -> Cast:
    """Create everybody, their units and roles, as of NOW.

    People and roles in one statement each: nearly every test begins here.
    """
    unit = Unit.objects.create
    lakeshore = unit(name="Lakeshore Health", kind=UnitKind.SYSTEM)
    brigid = unit(name="St Brigid General", kind=UnitKind.HOSPITAL, parent=lakeshore)
    medicine = unit(name="Medicine", kind=UnitKind.DEPARTMENT, parent=brigid)
    four_west = unit(name="4 West", kind=UnitKind.TEAM, parent=medicine)
    harbor = unit(name="Harbor Hospital", kind=UnitKind.HOSPITAL, parent=lakeshore)
    harbor_clinic = unit(name="Harbor clinic", kind=UnitKind.TEAM, parent=harbor)

    people: list[User] = []
    grants: list[RoleGrant] = []

    def person(name: str, job: str, at: Unit | None, *roles: tuple[str, Unit]) -> User:
        first = name.replace("Dr ", "").split()[0].lower()
        user = User(
            email=f"{first}@lakeshore.example",
            name=name,
            password=password_hash(),
            job_title=job,
            unit=at,
        )
        people.append(user)
        grants.extend(
            RoleGrant(person=user, unit=where, role=role, granted_at=NOW) for role, where in roles
        )
        return user

    cast = Cast(
        lakeshore=lakeshore,
        brigid=brigid,
        medicine=medicine,
        four_west=four_west,
        harbor=harbor,
        harbor_clinic=harbor_clinic,
        ana=person("Ana Ruiz", "Nurse", four_west, ("staff", brigid)),
        ben=person("Ben Achterberg", "Ward clerk", medicine, ("staff", brigid)),
        maya=person(
            "Maya Lindqvist", "Innovation office", lakeshore, ("innovation_office", lakeshore)
        ),
        jonas=person("Jonas Park", "Physician", medicine, ("pilot_team", brigid)),
        priya=person("Priya Raman", "Pharmacist", brigid, ("pilot_team", brigid)),
        amara=person("Dr Amara Osei", "Chief medical officer", lakeshore, ("executive", lakeshore)),
        frank=person(
            "Frank Delacroix", "Chief financial officer", lakeshore, ("executive", lakeshore)
        ),
        rosa=person("Rosa Delgado", "Chief nurse", lakeshore, ("executive", lakeshore)),
        helen=person(
            "Helen Sato",
            "Clinical safety officer",
            lakeshore,
            ("clinical_safety_reviewer", lakeshore),
        ),
        sam=person("Sam Whitfield", "Finance", lakeshore, ("finance_reviewer", lakeshore)),
        ingrid=person("Dr Ingrid Halloran", "Consultant", brigid, ("mentor", brigid)),
        ada=person(
            "Ada Kowalski", "Systems administrator", lakeshore, ("administrator", lakeshore)
        ),
        otto=person("Otto Brandt", "Internal audit", lakeshore, ("auditor", lakeshore)),
        hugo=person(
            "Hugo Marsh",
            "Harbor's innovation lead",
            harbor,
            ("innovation_office", harbor),
            ("pilot_team", harbor),
            ("executive", harbor),
            ("administrator", harbor),
        ),
        victor=person("Victor Stone", "Visiting vendor", None),
    )
    User.objects.bulk_create(people)
    RoleGrant.objects.bulk_create(grants)
    return cast


@cache
def password_hash() -> str:
    """What the database holds of PASSWORD."""
    return make_password(PASSWORD)


@remembered
def somebody(role: str, *, at: Unit) -> User:
    """Another person, who holds one role in one unit."""
    number = User.objects.count()
    user = User.objects.create_user(f"{role}.{number}@lakeshore.example", f"A {role}", unit=at)
    RoleGrant.objects.create(person=user, unit=at, role=role, granted_at=NOW)
    return user
