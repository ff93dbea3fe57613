"""The verbs of planned change."""

from pilots.adoption.actions.champions import (
    agree_as_champion,
    ask_champion,
    ask_champion_no_longer,
    decline_as_champion,
    step_down,
)
from pilots.adoption.actions.cycles import change_cycle, close_cycle, plan_cycle, say_cycle_done
from pilots.adoption.actions.groups import change_group, name_group, remove_group, say_nobody
from pilots.adoption.actions.refreshers import tell_of_refreshers
from pilots.adoption.actions.support import (
    answer_question,
    ask_question,
    cancel_office_hour,
    end_support,
    plan_office_hour,
    plan_support,
    say_less,
    take_less_back,
)
from pilots.adoption.actions.training import (
    PastedRow,
    add_people,
    cancel_training,
    mark_attended,
    plan_training,
    remove_member,
    take_attendance_back,
)
from pilots.adoption.actions.waves import change_wave, drop_wave, plan_wave, wave_goes_live

__all__ = [
    "answer_question",
    "ask_question",
    "cancel_office_hour",
    "change_cycle",
    "close_cycle",
    "end_support",
    "plan_cycle",
    "plan_office_hour",
    "plan_support",
    "say_cycle_done",
    "say_less",
    "take_less_back",
    "PastedRow",
    "add_people",
    "agree_as_champion",
    "ask_champion",
    "ask_champion_no_longer",
    "cancel_training",
    "change_group",
    "change_wave",
    "decline_as_champion",
    "drop_wave",
    "mark_attended",
    "name_group",
    "plan_training",
    "plan_wave",
    "remove_group",
    "remove_member",
    "say_nobody",
    "step_down",
    "take_attendance_back",
    "tell_of_refreshers",
    "wave_goes_live",
]
