"""What the teams of Lakeshore Health gave for their reviews, and what the reviewers said."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ProductStory:
    """What a pilot tries."""

    name: str
    maker: str
    version: str
    intended_use: str
    captured: str
    processed: str
    kept: str
    recorded: str
    readers: str


PRODUCTS: dict[str, ProductStory] = {
    "ambient": ProductStory(
        "Roomside Notes",
        "Fernwell Software",
        "4.1",
        "Drafts the note of a visit from what is said in the room, for the clinician to correct and sign.",
        "Sound in the consulting room, once the patient has said yes.",
        "By the maker, in two data centres in this country, under contract.",
        "Sound until the draft is written, a day at most; drafts for seven days. Nothing trains a model.",
        "The note that the clinician signed, and nothing else.",
        "The clinician of the visit. The maker's support only when asked, and it is logged.",
    ),
    "sepsis": ProductStory(
        "Early Sepsis Score",
        "Harrow Analytics",
        "2.3",
        "A score from 0 to 1, each hour, of how likely an adult on a ward is to have sepsis within six"
        " hours. It advises clinicians and orders nothing.",
        "Vital signs, laboratory values and age, as they are charted.",
        "On a server of the hospital, kept by its own engineers.",
        "Scores for two years, for the monthly look at how well it does.",
        "Nothing while it runs silently; later the score and the five values behind it.",
        "While it is silent: the two reviewers of the chart review. The maker reads nothing.",
    ),
}
# What every pilot gave that changes how work is done; by topic.
WORK: dict[str, str] = {
    "hazards": "Worst case: somebody relies on it and it is wrong. The old way stays in place beside it,"
    " and each shift checks once against the list on paper.",
    "oversight": "A nurse or a clinician decides as before; it shows, and does not act.",
    "outage": "The number of the old way is on the wall. The drill was held on both shifts.",
    "drift": "Anybody tells the charge nurse, who tells the lead the same day; the guardrail is looked at"
    " each week.",
    "training": "Half an hour a person in paid time, signed off by the nurse educator; two colleagues on"
    " each shift help in the first month.",
    "workload": "Two minutes more at the start of a shift, ten fewer on the telephone over it.",
    "supplier": "The service desk answers within an hour by day; the nurse educator carries the telephone"
    " in the first two weeks.",
}
# Of the one that gives advice; those in ABOUT_THE_PRODUCT hold wherever it is tried.
SEPSIS: dict[str, str] = {
    "purpose": "To find sepsis earlier on adult wards. It was made on adults of four hospitals elsewhere;"
    " we do not use it for children, in maternity or in intensive care.",
    "data_flow": "Vital signs and laboratory values go from the record to a server of ours each hour. The"
    " score stays there. Nothing leaves the house.",
    "lawful_basis": "Direct care, and quality improvement while it is silent. Names are not needed and"
    " are not sent to it.",
    "keeping": "Scores for two years, then deleted by a job that is checked each quarter. Nothing trains"
    " a model.",
    "patients_told": "A sentence in the leaflet of the ward and on the hospital's page, with how to say no.",
    "access": "Two chart reviewers sign in with their own account; who looked at what is logged.",
    "hosting": "On our own cluster, patched each month; tested from outside in March.",
    "supplier": "Breaches are told within 24 hours, no subcontractors, our data come back within 30 days.",
    "outage": "It is shown to nobody, so care goes on. The engineers are called by the monitor.",
    "hazards": "Alerts that are missed or too many once it is shown. While it is silent there is none for"
    " patients. The hazard log has all that we know of, with what is done about each.",
    "oversight": "A clinician sees the five values behind a score, and orders what they see fit.",
    "performance": "Where it was made it found 91 of 100, and 31 of 100 alerts were right. Ours is what the silent run"
    " finds out, against charts that two people read.",
    "equality": "By age and sex in the silent run; by language and race once there are enough cases.",
    "drift": "Sensitivity and alerts a day, each month, by the data team; below what was promised it is"
    " switched off the same day.",
    "training": "Nobody uses it yet. Before it is shown: an hour for each charge nurse.",
    "workload": "None while it is silent, but for two hours a week of chart review.",
}
ABOUT_THE_PRODUCT = ("performance", "oversight", "supplier")
CONCLUSIONS: dict[str, str] = {
    "privacy": "No more data than it needs, and they stay in the house.",
    "security": "Own accounts, own servers, tested from outside this year.",
    "safety": "Nobody can be harmed while it is silent; look again before it is shown.",
    "data_ai": "Good enough to be tried silently. What it does for our patients is what the run will tell.",
    "operations": "Two hours a week, and they are in the plan.",
}
OF_WORK: dict[str, str] = {
    "safety": "The old way stays in place, and the guardrail would show harm.",
    "operations": "The shifts can carry it; the first month has help on the floor.",
}
NEW_VERSION = (
    "2.4",
    "The maker fitted the score anew, with lactate as a sixth value. Figures for it are of the maker alone.",
)
ASKED_BACK = "Which clinic goes first, and who covers for the assistants in that week?"
CONDITION = (
    "Agree with surgery on what is done about alerts after an operation, before it is shown."
)


@dataclass(frozen=True)
class HazardStory:
    """A hazard of the starting catalogue as the team took it up, and what is left of it."""

    key: str  # in pilots/hazards/catalogue.py
    controls: str
    more: str
    severity: int
    likelihood: int
    why: str


SEPSIS_HAZARDS = (
    HazardStory(
        "missed-case",
        "Nurses go on counting the early warning score by hand, and act on that.",
        "Charge nurses read at each handover that no warning is no all-clear.",
        5,
        1,
        "Nobody waits for it: the score by hand stays what starts treatment.",
    ),
    HazardStory(
        "alarm-fatigue",
        "It is shown to nobody while it is silent.",
        "Alerts a day are counted for each ward before it is shown, with a limit above which it is not.",
        4,
        1,
        "While it is silent there are none; the limit is in the protocol.",
    ),
    HazardStory(
        "worse-for-some",
        "None of the makers' figures are by group.",
        "Sensitivity by age and sex in the silent run, by two readers who do not see the score.",
        4,
        2,
        "It will be known before it is shown. Groups too small to tell are named.",
    ),
    HazardStory(
        "drift",
        "The data team looks at sensitivity and alerts each month.",
        "Below what was promised it is switched off the same day, by the engineer on call.",
        4,
        1,
        "A month is the longest it can be wrong unseen.",
    ),
    HazardStory(
        "away",
        "The monitor of the hospital watches the server.",
        "Its page says when the last score came, and turns blank after two hours.",
        4,
        1,
        "Silence can no more be read as all being well.",
    ),
)
SIGNED_BECAUSE = (
    "While it is silent nobody acts on it. What is left is carried by the score by hand, which stays. Read again"
    " before it is shown."
)
CONDITION_DONE = "Agreed with both surgeons on call: page four of the protocol, signed on Friday."
OPINION_ASKED = (
    "The interpreter is on a screen now. Is one tablet a ward enough for a resuscitation, or does that take a"
    " person on site?"
)
