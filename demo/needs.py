"""What the people of Lakeshore Health said gets in their way, and what they would do about it.

Each need: who said it, days ago, what became of it (a list of steps in order), and its words.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class NeedStory:
    by: str
    days_ago: int
    unit: str
    title: str
    problem: str
    population: str
    outcome: str
    setting: str
    frequency: str
    people: int | None = None
    minutes: int | None = None
    safety: str = "none"
    equity: str = ""
    workaround: str = ""
    anonymous: bool = False
    voices: int = 0
    settled: int = 0  # days ago that its pilot ended; nobody adds a voice after that
    # (verb, days ago, by, reason or title of the other need)
    steps: tuple[tuple[str, int, str, str], ...] = field(default=())


NEEDS: dict[str, NeedStory] = {
    "kitchen_table": NeedStory(
        "ana",
        430,
        "primary_care",
        "We chart at the kitchen table",
        "We chart at the kitchen table. Visits run back to back, so notes wait until the evening, and"
        " by then half of what the patient said is gone. I type while people talk to me about their"
        " fears.",
        "Every clinician in primary care and the patients in front of them, about 1,900 visits a week.",
        "So that the note is done when the visit is done, and we look at the patient, not the screen.",
        "clinic",
        "hourly",
        118,
        16,
        workaround="Finishing notes after dinner; some of us dictate into our phones in the car.",
        voices=143,
        steps=(
            (
                "accept",
                424,
                "maya",
                "This is the most shared need of the year. We look for a pilot now.",
            ),
        ),
    ),
    "double_vitals": NeedStory(
        "ben",
        6 + 2,
        "four_west",
        "Vitals are copied by hand from bedside monitors",
        "We type vital signs twice because the monitor does not talk to the record. A nurse reads six"
        " numbers, walks to the station and types them, and the early warning score is late.",
        "Every patient on telemetry on 4 West and eleven other units, about thirty a day each.",
        "So that a number measured at the bedside is in the record without anybody retyping it.",
        "ward",
        "hourly",
        58,
        2,
        safety="near_miss",
        workaround="A sheet of paper in the pocket.",
        voices=58,
    ),
    "double_bp": NeedStory(
        "chidi",
        5,
        "emergency",
        "Double entry of blood pressure in ED triage",
        "Blood pressure from the triage machine is typed into two screens, and they disagree often"
        " enough that nobody trusts either.",
        "Triage nurses and everybody who is triaged, 210 people a day.",
        "So that it is entered once and both screens show the same.",
        "emergency",
        "hourly",
        24,
        1,
        safety="delay",
        voices=9,
        steps=(("take_up", 3, "tom", ""),),
    ),
    "interpreter_late": NeedStory(
        "yusuf",
        300,
        "language",
        "Interpreters arrive after the consultation has ended",
        "An interpreter is booked for the hour of the appointment, but clinics run late and the"
        " interpreter has left when the patient is called. Families interpret for their parents.",
        "About 640 patients a week whose first language is not English.",
        "So that the conversation happens in the patient's language, from its first sentence.",
        "clinic",
        "daily",
        640,
        12,
        safety="harm",
        equity="Hits patients who do not speak English, and their children who interpret.",
        workaround="A phone service on speaker, when the room has a phone.",
        voices=31,
        steps=(
            (
                "accept",
                292,
                "maya",
                "Harm has been seen. Language services will work on it with us.",
            ),
        ),
    ),
    "discharge_letters": NeedStory(
        "noor",
        160,
        "medicine",
        "Discharge letters wait for a signature over weekends",
        "Letters of patients who leave on Friday are signed on Monday. Their family doctor calls us on"
        " Saturday and we read the draft aloud over the phone.",
        "Patients discharged from Medicine on Fridays and weekends, about 45 a week.",
        "So that the letter goes with the patient, signed.",
        "ward",
        "weekly",
        45,
        51,
        safety="delay",
        voices=24,
        steps=(
            (
                "ask",
                158,
                "tom",
                "Who may sign on a Saturday today, and what do they say stops them?",
            ),
            (
                "answer",
                155,
                "noor",
                "Any registrar may. They say the letter is only shown to the one who wrote it.",
            ),
            ("accept", 150, "tom", "Clear, common and within our reach. Looking for a team."),
        ),
    ),
    "bad_news": NeedStory(
        "marta",
        1,
        "icu",
        "No quiet place to tell a family bad news",
        "We tell families that somebody is dying in the corridor beside the lift, because the only room"
        " with a door is the drug store.",
        "Families of about six patients a week in intensive care.",
        "So that there is a room with a door and chairs, free at any hour.",
        "intensive_care",
        "weekly",
        6,
        None,
        voices=19,
    ),
    "prior_auth": NeedStory(
        "lena",
        9 + 4,
        "oncology",
        "Prior authorisation is re-keyed into three portals",
        "The same diagnosis, stage and regimen is typed into three payers' portals by hand. One typo"
        " and chemotherapy starts a week later.",
        "Oncology schedulers, and about 80 patients a week who wait for a start date.",
        "So that it is typed once and sent three times.",
        "office",
        "hourly",
        17,
        9,
        safety="delay",
        voices=17,
    ),
    "denials": NeedStory(
        "lena",
        330,
        "revenue",
        "Coders read forty pages to find one diagnosis",
        "To code an inpatient claim we read the whole stay. The diagnosis that matters is on page 31,"
        " and we find it or we do not.",
        "Twenty-two coders and about 3,400 claims a week.",
        "So that a coder sees the passages that matter first, and decides.",
        "office",
        "hourly",
        22,
        9,
        voices=21,
        steps=(
            ("accept", 322, "maya", "Measurable from the first day, and the coders ask for it."),
        ),
    ),
    "sepsis_late": NeedStory(
        "priya",
        290,
        "emergency",
        "Sepsis is seen an hour after it could have been",
        "Looking back at our sepsis cases, in most of them the pattern was in the record an hour before"
        " anybody acted on it.",
        "About 30 patients a week who turn out to have sepsis.",
        "So that the nurse at the bedside is told while an hour still matters.",
        "emergency",
        "daily",
        30,
        None,
        safety="harm",
        voices=36,
        steps=(
            (
                "accept",
                280,
                "maya",
                "Accepted. As decision support it runs silently first; safety is on board.",
            ),
        ),
    ),
    "falls_night": NeedStory(
        "noor",
        150,
        "five_east",
        "One person watches two corridors at night",
        "At night one of us watches two corridors. Patients who should not get up alone get up alone,"
        " and we hear it when they fall.",
        "About 60 patients a night on 4 West and 5 East who are at risk of falling.",
        "So that somebody knows the moment a patient at risk starts to get up.",
        "ward",
        "daily",
        61,
        35,
        safety="harm",
        workaround="Beds moved into the corridor; families asked to stay.",
        voices=60,
        steps=(("accept", 140, "tom", "Harm seen and a way to measure it. Accepted."),),
    ),
    "listened_to": NeedStory(
        "rosa",
        170,
        "brigid",
        "Patients say that nobody sat down",
        "In every survey patients write the same sentence: people came and went, and nobody sat down.",
        "Every inpatient; the CARE score has stood at 41 for three years.",
        "So that each patient has one unhurried conversation a day.",
        "ward",
        "daily",
        900,
        None,
        equity="Patients who are deaf or do not speak English answer worst.",
        voices=28,
        steps=(
            ("accept", 165, "maya", "Accepted for the quarter's objective on being listened to."),
        ),
    ),
    "beds_unknown": NeedStory(
        "chidi",
        672,
        "emergency",
        "Nobody knows which bed is clean",
        "We call five wards to find a clean bed while a patient lies on a trolley. The board says"
        " occupied, the bed is empty.",
        "About 70 admissions a day from the emergency department.",
        "So that a clean bed is known the minute it is clean.",
        "emergency",
        "hourly",
        70,
        11,
        safety="delay",
        voices=42,
        settled=255,
        steps=(("accept", 664, "maya", "Accepted: the numbers are already in the bed system."),),
    ),
    "missed_visits": NeedStory(
        "ana",
        400,
        "ambulatory",
        "One visit in eight is missed, and nobody else gets the slot",
        "Patients miss one visit in eight. The slot stays empty while others wait three weeks for it.",
        "About 9,900 visits a week in the clinics, and everybody on the waiting list.",
        "So that we hear a day before that somebody cannot come, and another patient can.",
        "clinic",
        "daily",
        170,
        20,
        equity="People who work shifts or depend on a bus miss most.",
        voices=13,
        settled=150,
        steps=(("accept", 392, "maya", "Cheap and safe to try, and counted every week already."),),
    ),
    "pager": NeedStory(
        "chidi",
        2,
        "emergency",
        "The on-call list is wrong one night in five",
        "We page the person on the list and somebody else is on call. The consult starts forty minutes"
        " late.",
        "Anybody who needs a specialist at night, about 40 calls.",
        "So that the list at three in the morning is the one that is true.",
        "emergency",
        "daily",
        40,
        25,
        safety="delay",
        voices=11,
        steps=(
            ("ask", 1, "tom", "Which services' lists are wrong most often? Two examples would do."),
        ),
    ),
    "breast_milk": NeedStory(
        "ana",
        35,
        "maternity",
        "Mothers pump in the visitors' bathroom",
        "There is no room on Maternity in which a mother of a baby in special care can express milk.",
        "About nine mothers at any time.",
        "So that there is a warm room with a lock and a fridge.",
        "ward",
        "daily",
        9,
        None,
        voices=15,
        steps=(
            (
                "decline",
                28,
                "maya",
                "You are right, and it needs no pilot: Estates has the room on its plan for January."
                " I have passed on your words and will write when it opens.",
            ),
        ),
    ),
    "alarm_noise": NeedStory(
        "marta",
        48,
        "icu",
        "Two hundred alarms a shift, four of them matter",
        "I counted: 212 alarms in twelve hours, four needed a hand. We stop hearing them.",
        "Nurses and patients of intensive care, day and night.",
        "So that an alarm means that somebody must come.",
        "intensive_care",
        "hourly",
        34,
        None,
        safety="near_miss",
        anonymous=True,
        voices=33,
        steps=(
            ("take_up", 45, "maya", ""),
            ("accept", 40, "maya", "Accepted. Biomedical engineering joins."),
        ),
    ),
    "labels": NeedStory(
        "ben",
        60,
        "four_west",
        "Specimen labels print on the other ward",
        "When 5 East is busy our labels come out there. We walk, or we write by hand.",
        "About 120 samples a day.",
        "So that a label prints where the sample is taken.",
        "ward",
        "daily",
        120,
        4,
        safety="near_miss",
        voices=7,
        steps=(
            ("take_up", 58, "tom", ""),
            ("decline", 55, "tom", "Fixed by IT on the same day: the printer had been renamed."),
        ),
    ),
    "monitor_copy": NeedStory(
        "marta",
        4,
        "icu",
        "Monitor values are typed into the chart by hand",
        "The bedside monitor shows it, the chart needs it, and I am the cable between them.",
        "Every patient in intensive care.",
        "So that the chart takes the values and I confirm them.",
        "intensive_care",
        "hourly",
        34,
        3,
        safety="near_miss",
        voices=6,
        steps=(("merge", 2, "maya", "double_vitals"),),
    ),
    "handover": NeedStory(
        "noor",
        22,
        "medicine",
        "Handover sheets are retyped every evening",
        "The list for the night team is typed from the day list, with what somebody remembers.",
        "Night teams and their patients, 90 a night.",
        "So that the night list is the day list, with what changed.",
        "ward",
        "daily",
        6,
        30,
        safety="delay",
        voices=14,
        steps=(("take_up", 20, "tom", ""),),
    ),
    "consent_paper": NeedStory(
        "ana",
        3,
        "primary_care",
        "Consent forms are scanned one page at a time",
        "Eleven pages a patient, one scan each, each named by hand.",
        "Vaccination clinics, 200 patients a week.",
        "So that consent is asked once and kept without a scanner.",
        "clinic",
        "daily",
        200,
        3,
        voices=4,
    ),
}


@dataclass(frozen=True)
class IdeaStory:
    by: str
    days_ago: int
    unit: str
    title: str
    proposal: str
    difference: str
    needs: tuple[str, ...]
    steps: tuple[tuple[str, int, str, str], ...] = field(default=())


IDEAS: dict[str, IdeaStory] = {
    "ambient": IdeaStory(
        "jonas",
        415,
        "primary_care",
        "Let the visit write the note",
        "With the patient's consent a microphone in the room drafts the note; the clinician reads,"
        " corrects and signs it before the patient leaves.",
        "The patient has our eyes. We have our evenings.",
        ("kitchen_table",),
    ),
    "passages": IdeaStory(
        "lena",
        318,
        "revenue",
        "Show the passages first",
        "Software marks the passages that support each code; the coder decides as before.",
        "Coders read five pages, not forty.",
        ("denials",),
    ),
    "early_warning": IdeaStory(
        "priya",
        275,
        "emergency",
        "A quiet second look at every set of vitals",
        "A model scores each patient whenever something is charted and, later, tells the nurse.",
        "Antibiotics start while they still help most.",
        ("sepsis_late",),
    ),
    "sitter": IdeaStory(
        "noor",
        132,
        "five_east",
        "One trained watcher for twelve rooms",
        "Cameras without recording in rooms of patients at risk; one trained person speaks to a patient"
        " who starts to get up and calls the nurse.",
        "A voice in the dark before the fall, not after.",
        ("falls_night",),
    ),
    "tablet_interpreter": IdeaStory(
        "yusuf",
        285,
        "language",
        "An interpreter on a tablet in ninety seconds",
        "A pool of interpreters on call by video; the medical assistant starts the call when the patient"
        " is roomed.",
        "Nobody's child interprets a diagnosis.",
        ("interpreter_late",),
    ),
    "sit_down": IdeaStory(
        "rosa",
        160,
        "brigid",
        "Five minutes on a chair",
        "Each nurse sits down with each patient once a shift and asks one question: what matters to you"
        " today?",
        "People feel met.",
        ("listened_to",),
    ),
    "monitor_gateway": IdeaStory(
        "marta",
        3,
        "icu",
        "Connect the monitors through the gateway we already own",
        "The gateway of the new monitors can send values to the record; it was never switched on.",
        "Two minutes back at every bedside, every hour.",
        ("double_vitals",),
    ),
    "signature_rota": IdeaStory(
        "ben",
        100,
        "medicine",
        "A weekend rota for signatures",
        "One registrar signs for all wards on Saturday and Sunday morning.",
        "The letter leaves with the patient.",
        ("discharge_letters",),
        steps=(
            (
                "set_aside",
                80,
                "tom",
                "Registrars' hours do not allow it this year. The need stays open; we look for a way"
                " without more weekend work.",
            ),
        ),
    ),
}
