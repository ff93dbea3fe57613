"""Notes of a ward, with and without something that tells who a patient is, for `python -m bench.patients`.

Nobody in them is real: names are put together from two lists, numbers are drawn. The sentences were
written to be unlike each other, not to be found; they are English, and by one hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

GIVEN = [
    "Aaliyah",
    "Abdul",
    "Adaeze",
    "Agnes",
    "Aiko",
    "Alastair",
    "Amina",
    "Anders",
    "Anil",
    "Beatrix",
    "Bogdan",
    "Brendan",
    "Camille",
    "Carmen",
    "Chidi",
    "Clive",
    "Cormac",
    "Daisy",
    "Deepak",
    "Dermot",
    "Dolores",
    "Edith",
    "Efua",
    "Elsie",
    "Emeka",
    "Enid",
    "Fatima",
    "Fergus",
    "Florence",
    "Gareth",
    "Giulia",
    "Gwen",
    "Hamza",
    "Harriet",
    "Hedwig",
    "Hiroshi",
    "Ibrahim",
    "Imogen",
    "Ines",
    "Ivan",
    "Jadwiga",
    "Jerome",
    "Joan",
    "Joyce",
    "Kamal",
    "Keiko",
    "Kwame",
    "Lars",
    "Leila",
    "Leopold",
    "Lorna",
    "Mabel",
    "Magdalena",
    "Malcolm",
    "Mei",
    "Mildred",
    "Moira",
    "Nadia",
    "Nigel",
    "Noor",
    "Olga",
    "Oscar",
    "Padma",
    "Percy",
    "Petra",
    "Quentin",
    "Rania",
    "Rosalind",
    "Rupert",
    "Sanjay",
    "Saoirse",
    "Selma",
    "Sibusiso",
    "Svetlana",
    "Tamsin",
    "Thabo",
    "Ursula",
    "Vera",
    "Viktor",
    "Wanda",
    "Winifred",
    "Xiulan",
    "Yusuf",
    "Yvonne",
    "Zainab",
    "Zoltan",
]
FAMILY = [
    "Abernathy",
    "Achebe",
    "Adeyemi",
    "Alvarez",
    "Andersson",
    "Appleby",
    "Bannerjee",
    "Barnaby",
    "Blackwood",
    "Brennan",
    "Castellano",
    "Chaudhry",
    "Clutterbuck",
    "Cooper",
    "Dalgleish",
    "Delacroix",
    "Dimitrov",
    "Donnelly",
    "Eriksen",
    "Fairweather",
    "Fernandes",
    "Fitzgerald",
    "Fujimoto",
    "Gallagher",
    "Goldsmith",
    "Grzybowski",
    "Haddock",
    "Hargreaves",
    "Hernandez",
    "Holloway",
    "Iqbal",
    "Ivanova",
    "Jankowski",
    "Kapoor",
    "Kavanagh",
    "Kowalczyk",
    "Larkin",
    "Lindgren",
    "MacAllister",
    "Marchetti",
    "McKenna",
    "Mbeki",
    "Mukherjee",
    "Nakamura",
    "Nwosu",
    "O'Leary",
    "O'Sullivan",
    "Okafor",
    "Osborne",
    "Papadopoulos",
    "Pemberton",
    "Petrov",
    "Quigley",
    "Rahman",
    "Ramanathan",
    "Ravensworth",
    "Rutherford",
    "Sandoval",
    "Schneider",
    "Sithole",
    "Smith-Jones",
    "Stavros",
    "Szymanski",
    "Tanaka",
    "Thistlethwaite",
    "Underhill",
    "Valdez",
    "Vandenberg",
    "Whitcombe",
    "Wojcik",
    "Yamamoto",
    "Zielinski",
]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
STREETS = [
    "Orchard",
    "Mill",
    "Chestnut",
    "Station",
    "Victoria",
    "Harbour",
    "Maple",
    "Church",
    "Ferndale",
    "Kingsway",
]
WAYS = [
    "Road",
    "Street",
    "Avenue",
    "Lane",
    "Drive",
    "Close",
    "Boulevard",
    "Way",
    "Court",
    "St",
    "Rd",
    "Ave",
]


# ---- what tells who somebody is


def name(r: Random) -> str:
    return f"{r.choice(GIVEN)} {r.choice(FAMILY)}"


def digits(r: Random, n: int) -> str:
    return "".join(str(r.randrange(10)) for _ in range(n))


def birth_date(r: Random) -> str:
    y, m, d = r.randrange(1925, 2024), r.randrange(1, 13), r.randrange(1, 29)
    month = MONTHS[m - 1]
    return r.choice(
        (
            f"{d:02}/{m:02}/{y}", f"{m}/{d}/{y % 100:02}", f"{y}-{m:02}-{d:02}", f"{d}.{m}.{y}",
            f"{d} {month} {y}", f"{month} {d}, {y}", f"{d} {month[:3]} {y}", f"{d:02}-{month[:3]}-{y}",
        )
    )  # fmt: skip


def nhs_number(r: Random) -> str:
    while True:
        nine = str(r.randrange(400_000_000, 800_000_000))
        check = -sum(int(d) * w for d, w in zip(nine, range(10, 1, -1), strict=True)) % 11
        if check < 10:
            whole = f"{nine}{check}"
            return r.choice((whole, f"{whole[:3]} {whole[3:6]} {whole[6:]}",
                             f"{whole[:3]}-{whole[3:6]}-{whole[6:]}"))  # fmt: skip


def ssn(r: Random) -> str:
    area, group, serial = r.randrange(1, 660), r.randrange(1, 100), r.randrange(1, 10_000)
    return r.choice((f"{area:03}-{group:02}-{serial:04}", f"{area:03} {group:02} {serial:04}"))


def medicare(r: Random) -> str:
    """Of the form that the Centers for Medicare give: 1EG4-TE5-MK73."""
    letters = "ACDEFGHJKMNPQRTUVWXY"
    shape = "9La9La9LL99"
    drawn = {"9": "0123456789", "L": letters, "a": letters + "0123456789"}
    whole = str(r.randrange(1, 10)) + "".join(r.choice(drawn[place]) for place in shape[1:])
    return r.choice((whole, f"{whole[:4]}-{whole[4:7]}-{whole[7:]}"))


def card(r: Random) -> str:
    body = str(r.choice((4, 5))) + digits(r, 14)
    for check in "0123456789":
        whole = body + check
        doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(whole)))
        if sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0:
            return r.choice((whole, " ".join(whole[i : i + 4] for i in range(0, 16, 4))))
    raise AssertionError


def record(r: Random) -> str:
    number = digits(r, r.randrange(6, 9))
    return r.choice((number, f"{r.choice('ABHKRX')}{number}", f"{r.choice('ABHKRX')}-{number[:6]}",
                     f"{number[:3]}-{number[3:]}"))  # fmt: skip


def phone(r: Random) -> str:
    a, b, c = r.randrange(201, 989), r.randrange(200, 999), r.randrange(10_000)
    return r.choice(
        (
            f"{a}-{b}-{c:04}", f"({a}) {b}-{c:04}", f"+1 {a} {b} {c:04}", f"{a}.{b}.{c:04}",
            f"07{digits(r, 3)} {digits(r, 6)}", f"+44 7{digits(r, 3)} {digits(r, 6)}", f"020 7{digits(r, 3)} {digits(r, 4)}",
        )
    )  # fmt: skip


def address(r: Random) -> str:
    where = f"{r.randrange(1, 990)} {r.choice(STREETS)} {r.choice(WAYS)}"
    return r.choice(
        (where, where, f"Flat {r.randrange(1, 40)}, {where}", f"{where}, Apt {r.randrange(1, 99)}")
    )


def mail(r: Random) -> str:
    person, host = (
        name(r).lower().replace(" ", ".").replace("'", ""),
        r.choice(("gmail.com", "outlook.com", "btinternet.com")),
    )
    return f"{person}@{host}"


def bed(r: Random) -> str:
    n = r.randrange(1, 40)
    return r.choice(
        (f"bed {n}", f"room {n + 100}", f"bay {n % 8 + 1} bed {n}", f"bed {n}{r.choice('ABCD')}")
    )


Make = Callable[[Random], str]
# `{}` is where it stands.
SAID: dict[str, tuple[Make, tuple[str, ...]]] = {
    "name": (
        name,
        (
            "Mrs {family} waited an hour for her letter.",
            "Mr {family} fell on the way to imaging.",
            "Ms. {family}'s chart was open twice.",
            "Patient {} got the draft of somebody else.",
            "The patient, {}, asked why a computer writes the note.",
            "pt {} refused the recording",
            "Pt. {family} was moved before the draft was signed.",
            "The tool mixed up two people called {}, 71 y/o, both on the ward.",
            "{}, 84 years old, was listed under the wrong team.",
            "{} (62F) had two drafts.",
            "Name: {}. Draft signed by the wrong doctor.",
            "Patient name {} showed on the screen of the next room.",
            "{surname_first}, 58 M, came back within a day.",
            "Her daughter {} complained about the wait.",
            "His wife {given} reads the portal for him.",
            "We discharged {} without the summary.",
            "{} was admitted on Tuesday and the draft was in Spanish.",
            "Resident {family} was left out of the list.",
            "The draft for {caps} named the wrong drug.",
            "Next of kin: {}.",
            "Baby {family} had no chart for two hours.",
        ),
    ),
    "birth_date": (
        birth_date,
        (
            "DOB {} was read as the visit's date.",
            "d.o.b. {}, the label was unreadable.",
            "Date of birth: {}.",
            "She was born on {} and is in the wrong age group.",
            "Born {}, seen twice.",
            "The birthday {} stood in the note's title.",
            "birth date {} did not match",
            "D.O.B: {} on both labels",
            "DoB={} in the export",
        ),
    ),
    "nhs_number": (
        nhs_number,
        (
            "NHS number {} was on the draft.",
            "NHS no. {} came up for two people.",
            "The label says {}.",
            "We looked up {} and found nobody.",
            "{} has two records.",
            "nhs# {}",
        ),
    ),
    "ssn": (
        ssn,
        (
            "SSN {} was in the dictation.",
            "Her social security number is {}.",
            "The claim showed {} in clear.",
            "ss# {} was read out",
            "Social: {}.",
        ),
    ),
    "medicare": (
        medicare,
        (
            "Medicare number {} was rejected.",
            "MBI {} stood in the claim's text.",
            "The claim for {} was sent twice.",
            "Beneficiary {} called us.",
        ),
    ),
    "long_number": (
        card,
        ("The card {} was read aloud.", "Member number {} was in the note.", "{} stood in the claim."),
    ),
    "record_number": (
        record,
        (
            "MRN {} had two charts.",
            "MRN: {} was empty.",
            "mrn#{} in the log of the vendor",
            "The medical record number {} was wrong.",
            "Hospital number {} appeared on the list.",
            "Patient ID {} was exported.",
            "pt id: {}",
            "Chart {} was opened by both.",
            "CSN {} never closed.",
            "Encounter {} has no note.",
            "Record no. {} was merged.",
            "Account number {} was billed twice.",
            "FIN {} is still open",
        ),
    ),
    "phone": (
        phone,
        (
            "Her mobile is {}.",
            "The patient's phone number {} was in the draft.",
            "Call the patient back on {}.",
            "His daughter can be reached at {}.",
            "Patient's tel: {}",
            "She gave {} as her number.",
            "Next of kin {}",
            "patient home phone {}",
        ),
    ),
    "address": (
        address,
        (
            "The patient lives at {}.",
            "She was discharged to {}.",
            "Home address: {}.",
            "His address, {}, was in the letter.",
            "Patient's address is {}",
            "He moved to {} last month and the letter went astray.",
            "Taxi booked to {} for the patient.",
        ),
    ),
    "email": (
        mail,
        (
            "Her e-mail {} was in the draft.",
            "Patient can be reached at {}.",
            "The summary went to {} by mistake.",
        ),
    ),
    "bed": (
        bed,
        (
            "The patient in {} got the wrong letter.",
            "pt in {} refused recording",
            "The lady in {} was asked twice.",
            "Gentleman in {} could not hear it.",
            "The woman from {} was discharged without it.",
            "Patient of {} fell.",
        ),
    ),
}  # fmt: skip

# The second lot: new to it when it had been taught by the first, and then used to teach it.
SECOND: dict[str, tuple[Make, tuple[str, ...]]] = {
    "name": (
        name,
        (
            "We sent the summary of {} to the wrong practice.",
            "Old Mrs {family} cannot hear the recording.",
            "{} died before the letter arrived.",
            "Same thing with {} in the afternoon: two drafts.",
            "Letter addressed to Mr. and Mrs. {family}.",
            "pt: {}",
            "The family of {} wants the recording deleted.",
            "{} (patient) signed the consent on paper.",
            "re {surname_first}: draft in the wrong chart",
            "Miss {family} asked who listens.",
            "{}, aged 47, withdrew consent.",
            "Her mother {given} wrote to us.",
        ),
    ),
    "birth_date": (
        birth_date,
        (
            "the one born in Leeds on {} was merged",
            "DOB on the label is {}",
            "Date of birth was typed as {}.",
            "(dob {})",
            "Birthdate: {}, wrong century",
            "two people with the same birthday, {}",
        ),
    ),
    "nhs_number": (nhs_number, ("NHS: {}", "({})", "number {} again", "dup for {}, please merge")),
    "ssn": (ssn, ("soc sec {}", "the SSN ({}) is shown", "SSN: {}; wrong", "id {} on the claim")),
    "medicare": (medicare, ("HIC {}", "id ({}) not eligible", "coverage of {} ended")),
    "long_number": (card, ("paid with {}", "insurance {} expired", "member {}")),
    "record_number": (
        record,
        (
            "Two drafts for the same MRN ({}).",
            "MRN ending in full: {}",
            "unit number {} was scanned",
            "See record {} for an example.",
            "patient no. {}",
            "for example encounter #{}",
            "Hosp no {} has it, too.",
        ),
    ),
    "phone": (
        phone,
        (
            "The wife wants to be rung on {}.",
            "patient's cell: {}",
            "contact for the son: {}",
            "He left {} on the form.",
            "mother's number is {}",
            "txt went to {} (patient)",
        ),
    ),
    "address": (
        address,
        (
            "Patient of {}, sent home twice.",
            "The letter went to {} instead.",
            "visited her at {}",
            "lives with her son at {}",
            "Home: {}",
        ),
    ),
    "email": (mail, ("patient mail: {}", "cc {}", "he writes from {}")),
    "bed": (
        bed,
        (
            "{}: consent refused",
            "The patient who lies in {} heard it all.",
            "He is in {} and angry.",
            "Mum in {} wants it off.",
            "The patient from {} went home.",
        ),
    ),
}

# The third: new to it until 2026-11-30, and then used to teach it.
THIRD: dict[str, tuple[Make, tuple[str, ...]]] = {
    "name": (
        name,
        (
            "Dear Mrs {family}, your letter is ready",
            "The recording with {} in clinic 4 failed.",
            "pt. {} asked for a human",
            "consent form signed by {} on paper",
            "{} was discharged home without a letter.",
            "the notes of Mr. {family} and his neighbour were swapped",
            "Patient: {}",
            "{given} in the corner bed is deaf",
            "{} (81 years) fell asleep during the consent.",
            "His brother {} is a nurse here and complained.",
        ),
    ),
    "birth_date": (
        birth_date,
        ("DOB: {} / female", "she gave {} as her date of birth", "born: {}", "his DOB, {}, is a holiday", "d.o.b {}"),
    ),
    "nhs_number": (nhs_number, ("NHS no {} shows twice", "look at {}, please", "NHS-number {}")),
    "ssn": (ssn, ("SSN: {}", "social security {}", "somebody typed {} into the comment")),
    "medicare": (medicare, ("Medicare ID {}", "denied: {}", "eligible? {}")),
    "long_number": (card, ("card no {}", "payer id {}", "{} is no longer valid")),
    "record_number": (
        record,
        ("MRN is {}", "mrn {} again", "compare with chart no. {}", "visit number {} is empty", "pat. no. {}", "hospital no: {}", "file {} was opened"),
    ),
    "phone": (
        phone,
        ("patient can be called at {}", "her new number: {}", "the carer’s mobile {}", "he answers only on {}", "SMS to {} came back, the patient moved"),
    ),
    "address": (
        address,
        ("Address of the patient: {}", "she lives in {}", "he was found near {}", "sent home to {} by taxi", "the ambulance was sent to {}"),
    ),
    "email": (mail, ("the patient wrote from {}", "e-mail: {}", "send it to {} instead")),
    "bed": (
        bed,
        ("the man in {} was filmed", "our patient in {} speaks Somali", "she is still in {}", "ask the lady from {}", "{} wants no recording"),
    ),
}  # fmt: skip
THIRD_ORDINARY: tuple[str, ...] = (
    "{name} and {name2} swap shifts.",
    "Minutes by {name}.",
    "Mr {family} of Lakeshore Analytics left.",
    "The Murphy drip and the Foley are not in the dictionary.",
    "St Brigid goes live after Christmas.",
    "Released 2026.11.2 to 40 users.",
    "Median 11 (IQR 8-15), 204 of 310 visits.",
    "The vendor’s number is {phone}.",
    "Ticket 20261130-4471 is open since 12/11/2026.",
    "Use printer 10.4.22.117 in room 3.",
    "Ward round at 8, huddle at 8:30, room 12.",
    "Patient letters now carry the logo.",
    "A patient in the pilot wrote a kind card.",
    "Cards with 16 digits are masked.",
    "The chart on page 2 is upside down.",
    "Records of 2024 were left out.",
    "Case mix differs: 1,312 to 988.",
    "Unit 4 and unit 7 start together.",
    "Her idea, his code: thanks {name}!",
    "Discharged within 24 hours: 61 %, before 48 %.",
    "He moved to the Radiology team on 01/10/2026.",
    "Close the gap, then the Mill Street office.",
    "Contact the project office by mail: pilots@lakeshore.example.",
    "Purchase 88-41-2026 and 45{digits8} are approved.",
    "Age 65 and over: 40 %.",
    "Sister company Harbour Health asks, too.",
    "Miss rate 4 %, false alarms 2 %.",
    "Born digital, signed on paper.",
    "May 2026 was odd, June was fine.",
    "Name of the file: Wave Two Sites.",
)
# A lot is taught by its sentences that look like a patient and are none, as well.
SECOND_ORDINARY: tuple[str, ...] = (
    "{name} joins the team from January.",
    "Thanks to {name} for the slides.",
    "Agreed with {name}, {name2} and the union.",
    "The Fleming ward starts in May, the Nightingale ward in June.",
    "Ward clerk {family} keeps the list.",
    "Ms {family} from Finance wants a forecast.",
    "Phone the pharmacy on {phone}.",
    "The number of the switchboard is {phone}.",
    "Pilot 8 costs 12,500 a month, 150,000 a year.",
    "Mean 4.2 (95 % CI 3.1 to 5.3) over 312 visits.",
    "Contract 2026-30-4411 ends on 31 March 2027.",
    "Windows 11 23H2 breaks the microphone, KB5031455 fixes it.",
    "Licences 100 to 140 expire.",
    "Bed occupancy was 94 %.",
    "Room 12 to 20 get new microphones.",
    "Patients said: the note reads well.",
    "Patient Experience asked us to wait.",
    "The patient list prints at 06:30.",
    "Ask at 400 Kingsway Drive, second floor.",
    "The record shows 12 of 14 drafts signed.",
    "Born out of last year’s audit.",
    "Account managers {name} and {name2} visit.",
    "Her office moved to 9 Mill Lane.",
    "Master data are wrong for clinic 300-45.",
    "Mx records of the mail server changed.",
    "SHA 3f9a2c41d0 is deployed.",
    "Model 4711-A of the tablet overheats.",
    "Go-live 2026-12-01, review 2027-02-01.",
    "UTC 20261130T080000 in the log.",
    "The son of the founder visits, so tidy up.",
)

# The fourth: what was new to the first rules that the third had taught.
FOURTH: dict[str, tuple[Make, tuple[str, ...]]] = {
    "name": (
        name,
        (
            "Mr {family}’s wife phoned twice.",
            "Swapped the two drafts of {} and her sister.",
            "{} slept through the visit, so nothing was recorded.",
            "We apologised to {} and her son.",
            "Patient initials were not enough: it was {}.",
            "{} of bed 9 asked what the light means",
            "patient known as {given}",
            "The translation for {} came out in Polish.",
            "Please call {} back about the letter, she is 90.",
            "His partner {given} heard it as well.",
            "Consent withdrawn by {} this morning",
            "Mrs. {family} (room 4) cannot read the print",
            "the discharge of {} was held up by an hour",
            "{}, a 66-year-old with asthma, was the example.",
        ),
    ),
    "birth_date": (
        birth_date,
        (
            "DOB typed in as {}",
            "birth date ({}) and name were on the slide",
            "born on the {}, so the dose was wrong",
            "Two Smiths, both with DOB {}.",
            "{} was entered as his birthday",
            "age came from {}, which is not her date of birth",
        ),
    ),
    "nhs_number": (nhs_number, ("NHS number is {}", "the wristband had {}", "merge {} into the other one", "{} twice on the list")),
    "ssn": (ssn, ("SSN ends up as {}", "her social is {}", "{} is on the form of the insurer")),
    "medicare": (medicare, ("his Medicare card says {}", "resubmit {}", "MBI: {} (typed)")),
    "long_number": (card, ("billing shows {}", "her insurance card {}", "the number {} was dictated")),
    "record_number": (
        record,
        (
            "MRN of the second one: {}",
            "the wrong chart, {}, was open",
            "see MRN’s {}",
            "look under hospital ID {}",
            "her chart number ({}) was in the screenshot",
            "opened {} instead of the right patient",
            "the record with number {} has no allergies",
            "mixed up with MRN no {}",
            "{} (his MRN) is in the subject line",
            "Enc. {} is still unsigned",
        ),
    ),
    "phone": (
        phone,
        (
            "the patient’s landline, {}, is dead",
            "please ring her daughter: {}",
            "{} is the number of the carer",
            "the reminder for the patient went to {}",
            "he moved and has {} now",
        ),
    ),
    "address": (
        address,
        (
            "the patient still has {} in the system",
            "he walked home to {}",
            "the nurse drove to {} to see her",
            "{} is where the mother lives",
            "letter returned from {}",
        ),
    ),
    "email": (mail, ("her daughter uses {}", "the portal has {}", "wrong address: {}")),
    "bed": (
        bed,
        (
            "a new patient in {} does not want it",
            "the gentleman at {} heard the wrong name",
            "mother of the child in {} objected",
            "the patient was moved to {} at noon",
            "{} asked to switch it off",
        ),
    ),
}  # fmt: skip
FOURTH_ORDINARY: tuple[str, ...] = (
    "{name} presented, {name2} took notes.",
    "Slides signed off by {name}.",
    "Training given by {name} on both wards.",
    "Mr {family} from Procurement has the quote.",
    "{name} moved to the data team.",
    "Results for Harbor Hospital come next week.",
    "Letters of thanks for the night shift.",
    "The interpreter for Tuesday is booked.",
    "File 2026-11-final.xlsx is in the folder.",
    "Case numbers 1 to 40 are synthetic.",
    "Sample size 384, power 0.8.",
    "Account 4410 pays for the licences.",
    "Note 3 of 12 was wrong.",
    "Patient numbers rose from 1204 to 1388.",
    "Label printer LX-4400 is out of paper.",
    "Visit 2 of the vendor is on 14/12/2026.",
    "Bed management says no.",
    "Bay 2 needs new sockets.",
    "Beds 3 and 4 are closed until 09/12/2026.",
    "Room 12 asked for by the trainers is taken.",
    "The help desk picks up at {phone}.",
    "Fax of the clinic: {phone}.",
    "The workshop is at 14 Harbour Street.",
    "Deliveries go to 3 Dock Road, gate B.",
    "Release of 12 December fixes the birthday field.",
    "Date of birth moves to the top of the form by 14/12/2026.",
    "PO 45{digits8} was sent on Monday.",
    "Build 20261129.3 is on the test server.",
    "Referral letters are out by a day.",
    "Discharge summaries: 84 of 120 in time.",
    "St Mary’s Hospital joins in spring.",
    "The Barthel index is in, the Norton scale is not.",
    "{name}, our sponsor, likes the pace.",
    "{name} is on leave until 7 January.",
    "Members of the board visit ward 12.",
    "Ask {name} at extension {digits4}.",
)

# The kinds of wording of a lot that another hand wrote without knowing the detector (80 sentences, of which it
# noticed 39), in words of our own. Its 320 harmless ones had three alarms.
FIFTH: dict[str, tuple[Make, tuple[str, ...]]] = {
    "name": (
        name,
        (
            "Hoist trialled w/ {} this pm, she walked 12 steps.",
            "{} complained about the light of the sensor.",
            "{} was our second hospital-at-home patient.",
            "Apnoea alarm did not sound for {} last night.",
            "Recruited 2 today: {}",
            "heparin given to {} twice, INR pending",
            "Little {} slept through the cannula",
            "{surname_first} — 3rd dose late, cupboard locked",
            "The {family} twins’ probe slipped off again.",
            "Assent form for {} is not dated",
            "{} managed 20 steps with the frame",
            "Case 4: {}, NEWS 8 at 02:20",
            "Husband of {} sends his thanks",
            "Arrest call rm 12, {}, pads did not stick",
            "{}’s family liked the video visit",
            "Override of the dose limit for {surname_first}; weight was wrong",
            "{family}’s wife rang about the tablet",
            "(hip, {}, day 2 post-op) refused the band",
            "screen in the corridor showed {} in full",
            "{} had a fall beside the new chair",
            "lost the trace on {} for ten minutes",
            "take {} out of the dataset, she opted out",
            "Bloods from {} had another label",
            "{} (83) did not like the voice",
        ),
    ),
    "birth_date": (
        birth_date,
        (
            "b. {}, and the score says ten",
            "only ‘female, {}’ on the sheet",
            "the gentleman on 4B: {} on one screen only",
            "birthdate keyed {} by mistake",
            "age calculated from {} is minus one",
            "{} (M) stood on the tag",
        ),
    ),
    "nhs_number": (nhs_number, ("NHS No {}, fracture clinic", "spine lookup of {} fails", "pilot pt 2 = {}")),
    "ssn": (
        ssn,
        (
            "full social {} on the printout",
            "pts social ({}) on a sticky note",
            "log line has ssn={}",
            "soc sec {} is her husband’s",
            "SSN on file {}",
        ),
    ),
    "record_number": (
        record,
        (
            "merge pt id {} please",
            "A/c no {} opened instead",
            "Med Rec {} is somebody else’s",
            "hosp num {} does not pull across",
            "MR# {} has the wrong photo",
            "pt # {} twice on the list",
        ),
    ),
    "phone": (
        phone,
        (
            "neighbour with the key is {}",
            "NOK prefers a text, {}",
            "Rang twice. Call back on {} after four",
            "her grandmother has custody: {}",
            "wife at {}, left a message",
        ),
    ),
    "address": (
        address,
        (
            "Tablet went home w/ the gent at {}",
            "d/c to daughter’s, {}, hub to move",
            "{}, Leeds LS29 4ZZ, is where the kit is",
            "kit at {}, Macon GA 31201",
            "sat nav put Mrs at {} in the wrong town",
        ),
    ),
    "email": (
        mail,
        ("he would like the survey at {}", "invite for her mom: {}", "reminders to {} bounce, so she missed two"),
    ),
    "bed": (
        bed,
        (
            "{}’s pt had a seizure",
            "Lady ({}) pulled the sensor off",
            "gent in {} refused the band",
            "chap in {} wants it quieter",
        ),
    ),
}  # fmt: skip
SEVENTH_ORDINARY: tuple[str, ...] = (
    "Ramp at Elm House (14 Sandpit Close, our day unit) is too steep.",
    "Deliver to Whitfield Memorial Hospital, 2900 Juniper Road, Boise ID 83706.",
    "Campus two is at 1200 Harbor Blvd, bldg 3.",
    "Mrs {family} (chair of the Friends) pays for the chairs.",
    "Panel: {name} (procurement), Mr {family} (vascular surgeon).",
    "{name}, Privacy Officer, read the draft.",
    "Charge nurse {name} wants a card.",
    "Pharmacist {name} checked the dose ranges.",
    "{name} RN wrote the quick guide.",
    "Thanks to {name} for the audit of insulin doses.",
    "Liaise with {name} about the oxygen alarms.",
    "Owner {name}, biomed mgr.",
    "Medical record within 24h: 68, then 81.",
    "Hospital main number 555-0100, pharmacy 555-0144.",
    "SSN field is removed from the form.",
    "Serial SN D4J2149077 and lot 23K0917 expire.",
    "Moved from red to amber on 16/10/2026.",
    "Interpreter minutes: Haitian Creole 44, Cape Verdean 3.",
    "Social media post of 12/03/2026 is out.",
    "Baby Friendly status was renewed.",
    "Male 12, female 14 as of 01/03/2026.",
    "Old Trafford site opens in May.",
    "Dial in on extension 70331.",
    "5 East 12 beds, 6 West 14 beds.",
)

for _lot in (SECOND, THIRD, FOURTH, FIFTH):
    for _kind, (_make, _frames) in _lot.items():
        SAID[_kind] = (_make, SAID[_kind][1] + _frames)

# Written when it had been taught by all of those, and never to teach it: what is new to it.
UNSEEN: dict[str, tuple[Make, tuple[str, ...]]] = {
    "name": (
        name,
        (
            "The mother of {} asked for a paper copy.",
            "{}, 39, and the nurse both saw the wrong draft.",
            "I told Mrs {family} it was the computer.",
            "Discharged: {}",
            "{} passed away on Sunday; please stop the reminders.",
            "an elderly patient ({}) could not hold the tablet",
            "The tool wrote about {} in the note of somebody else.",
            "{} was transferred to Harbor without the summary",
            "recording of {} deleted on request",
            "Mr & Mrs {family} want to see what was kept",
            "her husband {given} switched it off",
            "{} in side room 2 is on oxygen and cannot speak",
            "pt {family} declined",
            "Ask the daughter of {} for the right spelling.",
        ),
    ),
    "birth_date": (
        birth_date,
        (
            "two with DOB {}",
            "born: {} (she says)",
            "the date of birth in the letter was {}",
            "{} (DOB) is in the title",
            "her birthday is {}",
            "wrong patient, same date of birth {}",
        ),
    ),
    "nhs_number": (nhs_number, ("NHS no: {}", "record of {} was open", "typed {} by mistake", "see {} for the same fault")),
    "ssn": (ssn, ("SSN was {}", "the social on file, {}", "claim {} rejected")),
    "medicare": (medicare, ("Medicare no. {}", "coverage for {} lapsed", "{} is in the subject line")),
    "long_number": (card, ("card number {}", "policy {} has run out", "billed to {}")),
    "record_number": (
        record,
        (
            "MRN {}, two drafts",
            "the MRNs were {} in both",
            "hospital no. {} is not hers",
            "chart no: {}",
            "patient number {} had none",
            "under MRN {} there is nothing",
            "draft landed in {} (wrong MRN)",
            "visit ID {} was reopened",
            "account no. {} shows it twice",
            "for MRN number {} only",
        ),
    ),
    "phone": (
        phone,
        (
            "the patient rang from {}",
            "sister’s phone: {}",
            "reminder text for her went to {}",
            "carer on {} until five",
            "call the son, {}, first",
        ),
    ),
    "address": (
        address,
        (
            "the patient’s house at {} has no network",
            "she now lives at {} with a carer",
            "the taxi for him went to {}",
            "home visit at {}",
            "his mail still goes to {}",
        ),
    ),
    "email": (mail, ("patient’s address {} bounces", "she mailed us from {}", "portal account {}")),
    "bed": (
        bed,
        (
            "the patient lying in {} woke up",
            "her bed was {}",
            "the boy in {} is scared of it",
            "patient was in {} by then",
            "{} says it blinks all night",
        ),
    ),
}  # fmt: skip
FIFTH_ORDINARY: tuple[str, ...] = (
    "{name} runs the pilot from Monday.",
    "Figures checked by {name} and signed by {name2}.",
    "Questionnaire drafted by {name} in Communications.",
    "{name} and her team moved the boxes.",
    "Ms {family} at Lakeshore Analytics answers on Fridays.",
    "The recording with the new microphone is better.",
    "Consent forms are on the shelf of clinic 4.",
    "Results of Wave Two are due on 21/12/2026.",
    "Folder 2026-12 holds the exports.",
    "Notes 4 to 9 were read by two of us.",
    "Account code 7731-20 is closed.",
    "Policy 12.4 asks for a second reader.",
    "Member list and case list are merged.",
    "Visit volume: 1310 in week 44, 1422 in week 45.",
    "Labels cost 0.12 each, 4000 were bought.",
    "MRN lookup fails for 3 of 100 charts.",
    "Charts 12 to 18 need a legend.",
    "Bay 6 gets its sockets on Thursday.",
    "Bed 4 has no monitor yet.",
    "The patient in the video is an actor.",
    "Landline of the ward: {phone}.",
    "Reminder calls start at 09:00.",
    "Carers’ week is in June.",
    "Moved the server to 10.30.2.14 on 2026-11-30.",
    "The home page moved to 5 tiles.",
    "Collected 412 forms at 9 Mill Street, our office.",
    "The birthday cake for the team is on us.",
    "Born ideas die in meetings, said the chair.",
    "Quote 45{digits8} is too high.",
    "Ticket {digits8} waits for the vendor.",
    "The Waterlow score is missing from the draft.",
    "Hours of {name}: 12 a week until 28 February.",
    "{name} from Radiology reads chest films.",
    "Slept on it, and we keep the old form.",
    "Given by the foundation, refused by nobody.",
    "The discharge of Wave One is the lesson.",
)

# The sixth: written after the two of the fifth lot that were taken for one
# (“The discharge of Wave One”, “Folder 2026-12”) had been taught.
SIXTH_ORDINARY: tuple[str, ...] = (
    "{name} wrote the summary of the year.",
    "Draft for {name} to read by Friday.",
    "Letter of the regulator from 2026-11-02 is filed.",
    "Appointment of {name} as deputy lead.",
    "Recording with two microphones, 48 kHz.",
    "Results for Cohort Three are in.",
    "Consent for Research is a form of its own.",
    "Interpreter for Somali: none on nights.",
    "Chart of Accounts changes in January.",
    "Case 2026/114 of the ethics board is open.",
    "Episode 12 of the podcast is about us.",
    "Specimen labels print at 203 dpi.",
    "Notes per shift: 1124 before, 1310 after.",
    "Admission unit and discharge lounge swap rooms.",
    "Client version 4.12.1188 crashes.",
    "Member of the panel: {name}.",
    "{name} and his deputy meet on Tuesdays.",
    "{name} in Finance has the figures.",
    "Dr {family} and her registrars like it.",
    "Mr {family} at the union asks for the hours.",
    "Son et Lumière is the name of the alarm light.",
    "Wife of the late founder gave 5,000.",
    "Bed 7 and bed 8 share a socket.",
    "Bay 4 wants paint.",
    "The ambulance bay is at 2 Station Road.",
    "The carers’ office: {phone}.",
    "Patient line of the clinic is {phone}.",
    "Text messages go out at 08:00 from 0800 1111.",
    "Found a fault in line 4471882 of the log.",
    "Survey filled in by 41 of 60.",
    "Questionnaire returned by Cardiology Outpatients.",
    "Birthday field: 12/12/2026 is refused now.",
    "Born from the workshop of 3 March 2026.",
    "Invoice 20261-8840 names the wrong unit.",
)

# The last lot of those: written when the four of the sixth that were taken for a patient had been taught.
ORDINARY_UNSEEN: tuple[str, ...] = (
    "{name} trained twelve people on 4 West.",
    "Two drafts an hour, says {name}.",
    "Agenda from {name}, minutes from {name2}.",
    "{name} will ask the vendor for the price.",
    "Dr {family} signed 40 of 52 drafts.",
    "Mrs {family} from the library printed the leaflets.",
    "Nurse {family} on nights wants a larger font.",
    "The team of {name} joins in week 50.",
    "Patients waited 42 minutes in the median, 47 before.",
    "Patient leaflets are in four languages now.",
    "The chart shows 12 points, 3 of them late.",
    "Record keeping takes 14 minutes a visit.",
    "Hospital 2 starts on 11 January 2027.",
    "Order 88123-4 of headsets came on 2 December.",
    "Wards 3, 5 and 7 have the tablets.",
    "Room 214 is free on Thursdays.",
    "Bed 12 is by the window, so the sun blinds the screen.",
    "Bay 1 has three sockets.",
    "Call {phone} for the vendor’s night line.",
    "The clinic’s new number is {phone}.",
    "Send forms to the project office, 7 Mill Road.",
    "Write to trial@lakeshore.example with questions.",
    "Version 4.12 was born late and works well.",
    "The form asks for date of birth before the name.",
    "Consent was given by 48 of 52 people who were asked.",
    "Readmissions: 12 of 204, 14 of 198 the year before.",
    "LOINC 8867-4 and code 44054006 are mapped.",
    "Server 10.4.12.9 restarts at 02:00.",
    "Ticket 48120-22 and ticket 48131-07 are one fault.",
    "Budget: 40,250 of 60,000 spent by 30/11/2026.",
    "Her plan for January is ready; his follows.",
    "Daughter units of the trust copy us.",
    "Discharge letters leave by noon on most days.",
    "Named after Florence Nightingale, the room is 12.",
    "Next: {name} and the night shift.",
)

# What a log says on most days; much of it looks like a patient and is none.
ORDINARY: tuple[str, ...] = (
    "We trained eleven nurses on 4 West, two on nights.",
    "Dr {family} and Nurse {family2} ran the huddle.",
    "{name} from the vendor showed release 4.12.0.",
    "Go-live moved from 12/03/2026 to 19/03/2026.",
    "Patient Transport Services want the list by 17:00.",
    "The Patient Safety Committee read the plan.",
    "Call the service desk on {phone} before seven.",
    "Vendor hotline: {phone}, ask for ticket {digits8}.",
    "The order no. {card_like} arrived.",
    "Invoice {digits8} was paid, 1,250.00 dollars.",
    "Drafts took 4.2 minutes in the median, 6.1 before.",
    "About 1,200 patients a month, 38 % with an interpreter.",
    "Beds 1 to 12 have monitors that talk to the record.",
    "The screen in room 14 flickers.",
    "Bay 3 has no wireless after the works.",
    "Patients who speak Spanish wait longer for the letter.",
    "MRN and date of birth are typed by hand on every form.",
    "The NHS number field is empty on one form in nine.",
    "The Braden score and the Glasgow scale are in the draft.",
    "We use the Whipple list and the Apgar table as tests.",
    "Training on Monday 14 December 2026 in the library.",
    "No progress this week: two of us are ill.",
    "Next: consent text in Polish, ask {name} in Communications.",
    "The contract is with Lakeshore Analytics, 400 Harbour Road.",
    "Parking is at 12 Station Street, behind the clinic.",
    "Mail pilots@lakeshore.example for an account.",
    "Hours freed: 126; of these 80 went back to patients.",
    "The primary metric is 4.5 standard errors below the baseline.",
    "Blocked: the interface team needs LOINC 8867-4 and SNOMED 44054006.",
    "Epic build 83.1.2026 breaks the template.",
    "Serial number 0042-77812-3 is the tablet that fell.",
    "The discharge lounge closes at 20:00.",
    "Professor {family} asks for the numbers by team.",
    "Sister {family} leads the early shift.",
    "A patient was asked twice, which we learned from.",
    "Her draft was read by the resident before it was signed.",
    "The patient was happy, the daughter was not.",
    "Chart 3 shows the wait, chart 4 the letters.",
    "Case 12 of the test set is a fall.",
    "Extension {digits4} rings in the old office.",
    "IP 10.20.30.40 is blocked by the firewall.",
    "Version 2026-11-30 of the prompt is live.",
    "Room 210 is booked for the review.",
    "The man from Facilities fixed the door.",
    "The Ann Arbor team sent its protocol.",
    "Encounter types and visit reasons are coded now.",
    "Budget line 300-20-1500 has 4,000 left.",
    "DOI 10.1001/jama.2026.123456 describes the method.",
    "Hospital numbers are masked in the export since release 7.",
    "Recorded: 312 visits, 290 drafts, 17 refused.",
)


_TAUGHT = (
    ORDINARY
    + SECOND_ORDINARY
    + THIRD_ORDINARY
    + FOURTH_ORDINARY
    + FIFTH_ORDINARY
    + SIXTH_ORDINARY
    + SEVENTH_ORDINARY
)


@dataclass(frozen=True)
class Note:
    text: str
    put_in: tuple[tuple[str, int, int], ...]  # kind, from, to


def note(r: Random, *, unseen: bool = False) -> Note:
    """Two to six ordinary sentences; in every second note one to three that tell who somebody is."""
    told = (
        [sentence(r, UNSEEN if unseen else SAID) for _ in range(r.choice((1, 1, 2, 3)))]
        if r.random() < 0.5
        else []
    )
    parts: list[tuple[str, str, int, int]] = [
        *(
            ("", ordinary(r, ORDINARY_UNSEEN if unseen else _TAUGHT), 0, 0)
            for _ in range(r.randrange(2, 7))
        ),
        *told,
    ]
    r.shuffle(parts)
    text, put_in = "", []
    for kind, words, start, end in parts:
        if kind:
            put_in.append((kind, len(text) + start, len(text) + end))
        text += words + r.choice((" ", " ", "\n"))
    return Note(text, tuple(put_in))


def sentence(r: Random, said: dict[str, tuple[Make, tuple[str, ...]]]) -> tuple[str, str, int, int]:
    kind = r.choice(list(said))
    make, frames = said[kind]
    frame = r.choice(frames)
    if kind != "name":
        words = make(r)
        before, after = frame.split("{}")
        return kind, before + words + after, len(before), len(before) + len(words)
    given, family = r.choice(GIVEN), r.choice(FAMILY)
    shapes = {
        "{}": f"{given} {family}", "{family}": family, "{given}": given,
        "{surname_first}": f"{family}, {given}", "{caps}": f"{given} {family}".upper(),
    }  # fmt: skip
    (slot,) = (slot for slot in shapes if slot in frame)
    before, after = frame.split(slot)
    return kind, before + shapes[slot] + after, len(before), len(before) + len(shapes[slot])


def ordinary(r: Random, sentences: tuple[str, ...]) -> str:
    return r.choice(sentences).format(
        family=r.choice(FAMILY), family2=r.choice(FAMILY), name=name(r),
        name2=name(r), phone=phone(r),
        digits8=digits(r, 8), digits4=digits(r, 4), card_like=card(r).replace(" ", ""),
    )  # fmt: skip


def notes(count: int, *, seed: int, unseen: bool = False) -> Iterator[Note]:
    r = Random(seed)
    for _ in range(count):
        yield note(r, unseen=unseen)
