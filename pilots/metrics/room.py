"""The door plate: metrics and their sources."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from innovation.house import Entry, Fills, NewsKind, Noun, Room, Scheduled


class MetricsPermission(StrEnum):
    READ = "metrics.read"
    MANAGE_SOURCES = "sources.manage"


ROOM = Room(
    permissions=MetricsPermission,
    navigation=(
        Entry(
            _("Sources"),
            "pilots:source-list",
            "source",
            order=70,
            permissions=(MetricsPermission.MANAGE_SOURCES,),
        ),
    ),
    nouns=(
        Noun("source", _("Sources"), page="pilots:source-detail"),
        Noun("metric", _("Metrics"), page="pilots:metric-detail"),
        Noun("amendment", _("Amendments"), page="pilots:amendment-detail"),
        Noun("pull", _("Pulls"), page="pilots:pull-detail"),
    ),
    panels=(
        Fills("earned", by="skills_earned"),
        Fills("handover", by="to_hand_over", order=20),
        Fills("waiting", by="amendments_waiting", order=25),
        Fills("pilot", by="amendments_of_pilot", order=-14),
        Fills("gate", by="amendments_of_pilot", order=-14),
        Fills("pilot", by="corrections_of_pilot", order=-12),
        Fills("gate", by="corrections_of_pilot", order=-12),
        Fills("metric", by="compared_with"),
        Fills("metric", by="split_into_groups", order=5),
        Fills("metric", by="ready_definition", order=10),
        Fills("site-in-use", by="keeps_site"),
        Fills("retention", by="kept_for_a_time"),
    ),
    scheduled=(
        # One tick dispatches whatever is due (FOR UPDATE SKIP LOCKED), never one row a metric.
        Scheduled("dispatch_due", seconds=15),
        Scheduled("forget_checks", seconds=3600),
    ),
    news=(
        NewsKind(
            "alarms",
            _("Alarms and silent numbers"),
            _(
                "A number of a pilot of yours left its bounds, somebody answered, past numbers were "
                "changed by a file, or a number cannot be pulled any more."
            ),
            order=30,
        ),
    ),
    domain=(
        "bindings",
        "changes",
        "clock",
        "collect",
        "comparisons",
        "copying",
        "corrections",
        "credentials",
        "figures",
        "gauges",
        "ingest",
        "inside",
        "lease",
        "library",
        "redactions",
        "resealing",
        "schedule",
        "series",
        "siblings",
        "steadiness",
        "stored_files",
        "strata",
        "suppression",
    ),
)
