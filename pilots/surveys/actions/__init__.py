"""The verbs of questions to a group: enter what is asked, open, answer, close.

Opening and closing are told in the log. An answer is not: who answered when, beside the counts, would
say what.
"""

from pilots.surveys.actions.answering import answer as answer
from pilots.surveys.actions.instruments import add_instrument as add_instrument
from pilots.surveys.actions.instruments import change_instrument as change_instrument
from pilots.surveys.actions.instruments import keep_instrument_of as keep_instrument_of
from pilots.surveys.actions.rounds import close_due as close_due
from pilots.surveys.actions.rounds import close_round as close_round
from pilots.surveys.actions.rounds import open_round as open_round
