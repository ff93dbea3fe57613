"""The door plate: whose work a pilot changes, and how that change is prepared."""

from django.utils.translation import gettext_lazy as _

from innovation.house import Fills, Noun, Room, Scheduled

ROOM = Room(
    nouns=(
        Noun("champion", _("Champions"), page="pilots:champion"),
        Noun("pdsa", _("PDSA cycles"), page="pilots:cycle", reference="pdsacycle"),
        Noun("group", _("Groups affected"), page="pilots:group", reference="affectedgroup"),
        Noun("less_of", _("What stops being done"), page=None, reference="lessof"),
        Noun("office_hour", _("Office hours"), page=None, reference="officehour"),
        Noun("question", _("Questions about a change"), page=None, reference="changequestion"),
        Noun("support", _("Help with a change"), page=None, reference="supportstep"),
        Noun("training", _("Training"), page="pilots:training", reference="trainingsession"),
        Noun("wave", _("Waves"), page="pilots:wave"),
    ),
    panels=(
        Fills("pilot", by="of_pilot", order=18),
        Fills("charter", by="of_charter", order=18),
        Fills("metric-marks", by="marks"),
        Fills("pilot-log", by="cycles_in_log"),
        Fills("site-planned", by="keeps_planned_day"),
        Fills("site-live", by="keeps_first_day"),
        Fills("site-in-use", by="keeps_site"),
        Fills("waiting", by="waiting", order=13),
        Fills("earned", by="skills_earned"),
        Fills("my-time", by="learning"),
        Fills("my-weeks", by="learned_in_weeks"),
    ),
    # Days pass, and what was learned runs out.
    scheduled=(Scheduled("tell_of_refreshers", seconds=3600),),
    domain=("nasss", "barriers", "heat", "pulse_chart"),
)
