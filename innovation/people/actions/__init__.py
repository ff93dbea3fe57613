"""Accounts, roles and units: what administrators do, and what each person does for themselves."""

from innovation.people.actions.accounts import (
    OWN_FIELDS,
    PERSON_FIELDS,
    change_own_details,
    change_person,
    create_person,
    deactivate,
    make_password_link,
    note_read,
    reactivate,
)
from innovation.people.actions.proposals import (
    confirm_role,
    decline_role,
    give,
    propose_role,
    withdraw_role,
)
from innovation.people.actions.roles import (
    end_from_group,
    end_grant,
    end_run_out,
    grant,
    grant_from_command_line,
    grant_from_group,
    install,
    set_end,
)
from innovation.people.actions.sign_in import (
    note_new_key,
    reset_second_step,
    sign_out_elsewhere,
)
from innovation.people.actions.tokens import create_token, end_tokens, revoke_token, write_token
from innovation.people.actions.units import (
    close_unit,
    create_unit,
    edit_unit,
    move_unit,
    reopen_unit,
    what_keeps_open,
)

__all__ = [
    "OWN_FIELDS",
    "PERSON_FIELDS",
    "change_own_details",
    "change_person",
    "close_unit",
    "confirm_role",
    "create_person",
    "create_token",
    "create_unit",
    "deactivate",
    "decline_role",
    "edit_unit",
    "end_from_group",
    "end_grant",
    "end_tokens",
    "write_token",
    "end_run_out",
    "give",
    "grant",
    "grant_from_command_line",
    "grant_from_group",
    "install",
    "make_password_link",
    "note_read",
    "move_unit",
    "note_new_key",
    "propose_role",
    "reactivate",
    "reopen_unit",
    "reset_second_step",
    "revoke_token",
    "set_end",
    "sign_out_elsewhere",
    "what_keeps_open",
    "withdraw_role",
]
