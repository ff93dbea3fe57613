"""What the log says of signing in by an identity provider."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "sign_in.account_made": _("{actor} came by {provider} and got an account."),
    "sign_in.account_joined": _(
        "{actor} came by {provider}, which answers for their address; the account is joined to it."
    ),
    "sign_in.groups_unknown": _(
        "{actor} came by {provider}, which did not say in which groups they are; their roles stayed."
    ),
    "group_role.made": _(
        "{actor} decided that the group {group} of {provider} holds the role {role} in {unit}."
    ),
    "group_role.confirmed": _(
        "{actor} confirmed anew that the group {group} of {provider} holds the role {role} in"
        " {unit}; people from whom it had been taken back: {people:number}."
    ),
    "group_role.ended": _(
        "{actor} ended that the group {group} of {provider} holds the role {role} in {unit}; people"
        " who lost it: {people:number}."
    ),
    "sign_in.by_break_glass": _(
        "{actor} signed in by a password at {address}, though only {providers} may be used."
    ),
}
