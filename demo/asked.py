"""Why people were asked for their time, and whom Noor asks now."""

# By the role on the team; nobody asks themselves why.
ASKED_WHY = {
    "lead": "",
    "champion": "You know how it is done there, and colleagues ask you first.",
    "member": "You do the work that this changes, every day.",
    "mentor": "You have done this before.",
}

# Of those who were there, when a pilot got more time.
ASKED_ON = "It has thirteen weeks more, and it is yours as much as ours."

# (person, role, percent, why, who covers)
ASKED = (
    (
        "ben",
        "member",
        10,
        "You see who waits at the desk, and when there is a quiet five minutes.",
        "The pool clerk on Tuesday mornings, from the training line.",
    ),
    ("marta", "champion", 10, "Your ward sat down first; show us how you did it.", ""),
    (
        "ana",
        "champion",
        15,
        "You teach it as nobody else does.",
        "A bank nurse for six hours a week.",
    ),
)
