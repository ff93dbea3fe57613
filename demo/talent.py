"""Who of Lakeshore Health wants to be found, what they say, and what three of them ask help for."""

from __future__ import annotations

from typing import Any

# person: discipline, a line, skills, in their own words, what they would like to do, open for
PROFILES: dict[str, tuple[str, str, tuple[str, ...], str, str, tuple[str, ...]]] = {
    "ana": (
        "nursing",
        "Nurse in primary care who hates typing things twice.",
        ("listening", "workflow", "training"),
        "Makes handovers short",
        "Try something about the night.",
        ("help", "team"),
    ),
    "ben": (
        "administration",
        "I see who waits at the desk.",
        ("listening", "record"),
        "",
        "",
        ("help",),
    ),
    "chidi": (
        "nursing",
        "Charge nurse in the emergency department.",
        ("workflow", "workshops"),
        "",
        "Get the on-call list right.",
        ("help",),
    ),
    "marta": (
        "nursing",
        "Intensive care; my ward sat down first.",
        ("training", "usability"),
        "",
        "",
        ("help", "team"),
    ),
    "noor": (
        "education",
        "Nurse educator.",
        ("workshops", "training", "leading"),
        "",
        "",
        ("help",),
    ),
    "priya": (
        "medicine",
        "",
        ("models", "data"),
        "",
        "Talk with others who run in silence.",
        ("help",),
    ),
    "jonas": (
        "medicine",
        "Family physician.",
        ("leading", "listening"),
        "",
        "",
        ("help", "mentoring"),
    ),
    "ingrid": ("medicine", "Ask me early.", ("mentoring", "workshops"), "", "", ("mentoring",)),
    "mina": ("data", "Data steward.", ("data", "statistics", "privacy"), "", "", ("help", "team")),
    "tom": (
        "quality",
        "Run charts and coffee.",
        ("cycles", "data", "workshops"),
        "",
        "",
        ("help", "team"),
    ),
    "helen": ("safety", "", ("hazards", "safety"), "", "", ("help",)),
    "tomas": ("operations", "", ("workflow", "budgets"), "", "", ("help",)),
}
ADDED_SKILLS = ("Wound care", "Simulation")

# key: who asks, about which thing, what, skills, time, days until it ends, days ago
CALLS: dict[str, dict[str, Any]] = {
    "nights": {
        "by": "noor",
        "about": ("pilots", "rounding"),
        "what": "Somebody from nights who tries two shifts with a chair and tells us what got in the way.",
        "skills": ("listening",),
        "time": "day",
        "lasts": 30,
        "ago": 5,
    },
    "lists": {
        "by": "tom",
        "about": ("needs", "pager"),
        "what": "Somebody who draws with us how the on-call list is made, from the roster to the pager.",
        "skills": ("workflow",),
        "time": "hour",
        "lasts": 21,
        "ago": 1,
    },
    "charts": {
        "by": "priya",
        "about": ("pilots", "sepsis"),
        "what": "Somebody who reads a chart of alerts with us once a week and says what we do not see.",
        "skills": ("data", "statistics"),
        "time": "weekly",
        "lasts": 60,
        "ago": 12,
    },
}
# call, who offers, their words, days ago, the answer (None: it waits) and the words with it
OFFERS: tuple[tuple[str, str, str, int, bool | None, str], ...] = (
    ("charts", "mina", "Mondays after ten, gladly.", 10, True, "Wonderful. See you on Monday."),
    (
        "charts",
        "tomas",
        "I could look in now and then.",
        9,
        False,
        "Mina has us covered. Thank you.",
    ),
    ("nights", "ben", "I am at the desk of 4 West on nights next week.", 3, None, ""),
    ("nights", "chidi", "Not my ward, but I can lend you a chair and a nurse.", 2, None, ""),
)
