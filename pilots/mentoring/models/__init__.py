"""Who would mentor, who mentors which pilot, and what they spoke of."""

from pilots.mentoring.models.mentorships import Mentorship, MentorshipAnswer, MentorshipQuerySet
from pilots.mentoring.models.register import Mentor, MentorQuerySet
from pilots.mentoring.models.sessions import MentoringSession, NextStep, NextStepQuerySet

__all__ = [
    "Mentor",
    "MentorQuerySet",
    "MentoringSession",
    "Mentorship",
    "MentorshipAnswer",
    "MentorshipQuerySet",
    "NextStep",
    "NextStepQuerySet",
]
