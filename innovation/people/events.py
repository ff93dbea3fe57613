"""What the log says of people, roles, tokens and units (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "person.created": _("{actor} added {subject}."),
    "person.changed": _("{actor} changed the details of {subject}: {what}."),
    "person.read": _("{actor} read the details of {subject}."),
    "person.deactivated": _("{actor} closed the account of {subject}."),
    "person.reactivated": _("{actor} opened the account of {subject} again."),
    "person.password_link_made": _("{actor} made a link for {subject} to choose a password."),
    "role.granted": _("{actor} gave {subject} the role {role} in {unit}."),
    "role.granted_until": _("{actor} gave {subject} the role {role} in {unit} until {until:day}."),
    "role.end_set": _("{actor} let the role {role} of {subject} in {unit} end on {until:day}."),
    "role.end_lifted": _(
        "{actor} let the role {role} of {subject} in {unit} go on without an end."
    ),
    "role.ran_out": _("The role {role} of {subject} in {unit} ended by its date, {until:day}."),
    "role.granted_by_command_line": _(
        "{subject} was given the role {role} in {unit} from the command line, past the rule that "
        "two administrators give it."
    ),
    "role.proposed": _("{actor} proposed {subject} for the role {role} in {unit}."),
    "role.confirmed": _(
        "{actor} confirmed the role {role} of {subject} in {unit}, which {proposer} had proposed."
    ),
    "role.proposal_declined": _("{actor} declined the role {role} of {subject} in {unit}."),
    "role.proposal_withdrawn": _(
        "{actor} took back the proposal of the role {role} for {subject} in {unit}."
    ),
    "role.granted_by_group": _(
        "{actor} says that {subject} is in the group {group}: they hold the role {role} in {unit}."
    ),
    "role.ended_by_group": _(
        "The role {role} of {subject} in {unit} ended with the group {group}; {actor} said so."
    ),
    "role.ended": _("{actor} ended the role {role} of {subject} in {unit}."),
    "token.created": _("{actor} made an API token, {name}; it may: {scopes}."),
    "token.ended": _("All API tokens of {subject} ended with the last role: {tokens}."),
    "token.revoked": _("{actor} revoked the API token {name}."),
    "sign_in.done": _("{actor} signed in from {address}."),
    "sign_in.failed": _("Somebody at {address} failed to sign in as {subject}."),
    "sign_in.password_changed": _(
        "{actor} chose a new password at {address}; API tokens that ended: {tokens}."
    ),
    "sign_in.second_step_on": _("{actor} switched on a second step for signing in, at {address}."),
    "sign_in.second_step_off": _(
        "{actor} switched off the second step for signing in, at {address}."
    ),
    "sign_in.done_by_passkey": _("{actor} signed in from {address} by the passkey {name}."),
    "sign_in.passkey_added": _("{actor} added the passkey {name}, at {address}."),
    "sign_in.passkey_removed": _("{actor} removed the passkey {name}, at {address}."),
    "sign_in.recovery_codes_made": _("{actor} made new recovery codes, at {address}."),
    "sign_in.recovery_code_used": _(
        "{actor} used a recovery code at {address}; codes that are left: {left}."
    ),
    "sign_in.second_step_reset": _(
        "{actor} took the second step of {subject} away, who sets it up anew."
    ),
    "sign_in.ended_elsewhere": _("{actor} signed out elsewhere; sessions that ended: {sessions}."),
    "secret.resealed": _("{actor} encrypted all that is secret with a new key: {secrets}."),
    "unit.created": _("{actor} added the unit {subject}."),
    "unit.changed": _("{actor} changed the unit {subject}: {what}."),
    "unit.moved": _("{actor} moved {subject} from {source} to {target}."),
    "unit.closed": _("{actor} closed the unit {subject}."),
    "unit.reopened": _("{actor} opened the unit {subject} again."),
}
