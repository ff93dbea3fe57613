"""Who works at Lakeshore Health, and where."""

from dataclasses import dataclass

PASSWORD = "lakeshore-demo"

# key: (name, kind, key of the unit above)
UNITS: dict[str, tuple[str, str, str | None]] = {
    "lakeshore": ("Lakeshore Health", "system", None),
    "brigid": ("St Brigid General", "hospital", "lakeshore"),
    "medicine": ("Medicine", "department", "brigid"),
    "four_west": ("4 West", "team", "medicine"),
    "five_east": ("5 East", "team", "medicine"),
    "emergency": ("Emergency department", "department", "brigid"),
    "icu": ("Intensive care", "department", "brigid"),
    "pharmacy": ("Pharmacy", "department", "brigid"),
    "theatres": ("Theatres", "department", "brigid"),
    "memorial": ("Lakeshore Memorial", "hospital", "lakeshore"),
    "surgery": ("Surgery", "department", "memorial"),
    "maternity": ("Maternity", "department", "memorial"),
    "ambulatory": ("Ambulatory clinics", "hospital", "lakeshore"),
    "primary_care": ("Primary care", "department", "ambulatory"),
    "oncology": ("Oncology clinic", "department", "ambulatory"),
    "language": ("Language services", "department", "ambulatory"),
    "revenue": ("Revenue services", "department", "lakeshore"),
}


@dataclass(frozen=True)
class Person:
    name: str
    job: str
    unit: str | None
    grants: tuple[tuple[str, str], ...]  # (role, unit)
    shown: str = ""  # what the list of sign-ins says they can try

    @property
    def email(self) -> str:
        plain = self.name.replace("Dr ", "").lower().replace(" ", ".").replace("’", "")
        return f"{plain}@lakeshore.example"


CAST: dict[str, Person] = {
    "ana": Person(
        "Ana Ruiz",
        "Nurse, primary care",
        "primary_care",
        (("staff", "lakeshore"),),
        "Staff: records needs, follows what became of them",
    ),
    "ben": Person("Ben Achterberg", "Ward clerk", "four_west", (("staff", "lakeshore"),)),
    "chidi": Person("Chidi Eze", "Charge nurse", "emergency", (("staff", "lakeshore"),)),
    "marta": Person("Marta Nowak", "Nurse, intensive care", "icu", (("staff", "lakeshore"),)),
    "yusuf": Person(
        "Yusuf Demir",
        "Interpreter",
        "language",
        (("staff", "lakeshore"), ("pilot_team", "ambulatory")),
    ),
    "jonas": Person(
        "Jonas Park",
        "Family physician",
        "primary_care",
        (("pilot_team", "ambulatory"),),
        "Pilot lead: Ambient notes",
    ),
    "lena": Person(
        "Lena Fischer",
        "Coding manager",
        "revenue",
        (("pilot_team", "lakeshore"),),
        "Pilot lead: Claims coding, whose guardrail is in alarm",
    ),
    "priya": Person(
        "Dr Priya Raman",
        "Emergency physician",
        "emergency",
        (("pilot_team", "brigid"),),
        "Pilot lead: Sepsis, in silent evaluation",
    ),
    "noor": Person("Noor Haddad", "Nurse educator", "medicine", (("pilot_team", "brigid"),)),
    "ingrid": Person(
        "Dr Ingrid Halloran", "Consultant, mentor", "brigid", (("mentor", "lakeshore"),)
    ),
    "maya": Person(
        "Maya Lindqvist",
        "Head of innovation",
        "lakeshore",
        (("innovation_office", "lakeshore"),),
        "Innovation office: triage, opens pilots",
    ),
    "tom": Person("Tom Becker", "Innovation office", "brigid", (("innovation_office", "brigid"),)),
    "amara": Person(
        "Dr Amara Osei",
        "Chief medical officer",
        "lakeshore",
        (("executive", "lakeshore"),),
        "Executive: approves, decides, leads the review",
    ),
    "rosa": Person("Rosa Delgado", "Chief nurse", "lakeshore", (("executive", "lakeshore"),)),
    "frank": Person(
        "Frank Delacroix", "Chief financial officer", "lakeshore", (("executive", "lakeshore"),)
    ),
    "helen": Person(
        "Helen Sato",
        "Clinical safety officer",
        "lakeshore",
        (("clinical_safety_reviewer", "lakeshore"),),
        "Safety reviewer: answers guardrail alarms",
    ),
    "nadia": Person(
        "Nadia Petrov",
        "Privacy officer",
        "lakeshore",
        (("security_privacy_reviewer", "lakeshore"),),
    ),
    "omar": Person(
        "Omar Haddad", "Data scientist", "lakeshore", (("data_ai_reviewer", "lakeshore"),)
    ),
    "sam": Person(
        "Sam Whitfield", "Finance partner", "lakeshore", (("finance_reviewer", "lakeshore"),)
    ),
    "grace": Person(
        "Grace Okafor",
        "Operations director",
        "brigid",
        (("operations_reviewer", "brigid"), ("unit_lead", "brigid")),
    ),
    "ruth": Person(
        "Dr Ruth Adeyemi",
        "Deputy medical director",
        "lakeshore",
        (("clinical_safety_reviewer", "lakeshore"),),
    ),
    "mina": Person(
        "Mina Castell", "Data steward", "lakeshore", (("data_ai_reviewer", "lakeshore"),)
    ),
    "tomas": Person(
        "Tomas Vega", "Chief nurse", "lakeshore", (("operations_reviewer", "lakeshore"),)
    ),
    "ada": Person(
        "Ada Kowalski",
        "Systems administrator",
        "lakeshore",
        (("administrator", "lakeshore"),),
        "Administrator: people, units, sources",
    ),
    "otto": Person(
        "Otto Brandt",
        "Internal audit",
        "lakeshore",
        (("auditor", "lakeshore"),),
        "Auditor: reads everything, changes nothing",
    ),
    "victor": Person(
        "Victor Stone", "Vendor, visiting", None, (), "Outsider: may sign in, is refused everywhere"
    ),
}

# Colleagues who add their voices. They cannot sign in.
FIRST = [
    "Aisha",
    "Elena",
    "Marcus",
    "Sofia",
    "Daniel",
    "Grace",
    "Hannah",
    "Ibrahim",
    "Julia",
    "Kofi",
    "Laura",
    "Miguel",
    "Nina",
    "Oscar",
    "Paula",
    "Rafael",
    "Sara",
    "Tariq",
    "Ursula",
    "Wei",
    "Yara",
    "Zoe",
    "Andre",
    "Beatriz",
]
LAST = [
    "Adeyemi",
    "Bauer",
    "Costa",
    "Dubois",
    "Evans",
    "Farah",
    "Garcia",
    "Hansen",
    "Ito",
    "Jensen",
]
COLLEAGUE_UNITS = [
    "primary_care",
    "four_west",
    "five_east",
    "emergency",
    "icu",
    "pharmacy",
    "theatres",
    "surgery",
    "maternity",
    "oncology",
    "revenue",
    "language",
]
