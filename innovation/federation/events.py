"""What the log says of signing in by an identity provider."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "sign_in.account_made": _("{actor} came by {provider} and got an account."),
    "sign_in.account_joined": _(
        "{actor} came by {provider}, which answers for their address; the account is joined to it."
    ),
    "sign_in.by_break_glass": _(
        "{actor} signed in by a password at {address}, though only {providers} may be used."
    ),
}
