"""The door plate: who is let in and out, many at a time and by the calendar."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, NewsKind, Noun, Room, Scheduled

ROOM = Room(
    nouns=(
        Noun(
            "people_import",
            _("Imports of people"),
            page="innovation:people-import",
            reference="peopleimport",
        ),
        Noun("deputy", _("Deputies"), page=None),
        Noun("invitation", _("Invitations"), page=None),
        Noun(
            "service",
            _("Service accounts"),
            page="innovation:service-detail",
            reference="serviceaccount",
        ),
        Noun(
            "access_review",
            _("Reviews of roles"),
            page="innovation:access-review",
            reference="accessreview",
        ),
    ),
    panels=(
        Fills("people-tabs", by="tabs_of_people"),
        Fills("waiting", by="reviews_waiting"),
        Fills("profile", by="deputies_of"),
        Fills("handover", by="to_hand_over", order=80),
    ),
    scheduled=(
        Scheduled("tell_of_ends", seconds=3600),
        Scheduled("tell_of_deputies", seconds=3600),
        Scheduled("tell_of_tokens", seconds=3600),
        Scheduled("keep_reviews", seconds=3600),
        # Imports and mails whose task was lost: the rows are what waits.
        Scheduled("work_on_imports", seconds=120),
        Scheduled("mail_newcomers", seconds=120),
        Scheduled("mail_invitations", seconds=120),
    ),
    news=(
        NewsKind(
            "access",
            _("Roles, access and handing over"),
            _(
                "A role or a token of yours ends, somebody acts for you, roles wait to be reviewed, "
                "or you answer for something that was another's."
            ),
            order=50,
        ),
    ),
    domain=("people_file", "plan"),
)
