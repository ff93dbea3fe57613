"""What the log says of SCIM tokens, and of what a directory sent."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "scim_token.created": _("{actor} made a SCIM token, {name}, for {unit}."),
    "scim_token.revoked": _("{actor} revoked the SCIM token {name}."),
    "directory_account.linked": _("{actor} linked {subject} to the directory as {user_name}."),
    "directory_account.renamed": _(
        "{actor} changed what the directory calls {subject}: {user_name}."
    ),
    "directory_account.deleted": _("{actor} took {subject} out of the directory."),
    "directory_group.created": _("{actor} added the group {subject} of the directory."),
    "directory_group.renamed": _("{actor} renamed a group of the directory to {subject}."),
    "directory_group.deleted": _("{actor} took away the group {subject} of the directory."),
    "directory_group.members_changed": _(
        "{actor} changed who is in the group {subject} of the directory: {added:number} in, {removed:number} out."
    ),
}
