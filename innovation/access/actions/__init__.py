"""Letting people in and out, many at a time and by the calendar."""

from innovation.access.actions.deputies import (
    begin_acting,
    end_deputyship,
    name_deputy,
    tell_of_deputies,
)
from innovation.access.actions.ends import tell_of_ends, tell_of_tokens
from innovation.access.actions.imports import (
    discard_import,
    mail_newcomers,
    map_columns,
    start_import,
    undo_import,
    upload_people,
    work_on_import,
    work_on_imports,
)
from innovation.access.actions.invitations import (
    accept_anew,
    accept_as_oneself,
    by_link,
    invite,
    mail_invitations,
    revoke_invitation,
    send_again,
)
from innovation.access.actions.reviews import (
    decide_roles,
    keep_reviews,
    keep_together,
    months_between_reviews,
    open_review,
    take_answers_back,
)
from innovation.access.actions.services import (
    change_service,
    close_service,
    create_service,
    create_service_token,
    revoke_service_token,
)

__all__ = [
    "change_service",
    "close_service",
    "create_service",
    "create_service_token",
    "revoke_service_token",
    "accept_anew",
    "accept_as_oneself",
    "begin_acting",
    "by_link",
    "decide_roles",
    "discard_import",
    "end_deputyship",
    "invite",
    "keep_reviews",
    "keep_together",
    "mail_invitations",
    "mail_newcomers",
    "map_columns",
    "months_between_reviews",
    "name_deputy",
    "open_review",
    "revoke_invitation",
    "send_again",
    "start_import",
    "take_answers_back",
    "tell_of_deputies",
    "tell_of_ends",
    "tell_of_tokens",
    "undo_import",
    "upload_people",
    "work_on_import",
    "work_on_imports",
]
