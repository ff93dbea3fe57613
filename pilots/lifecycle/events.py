"""What the log says of pilots (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "pilot.proposed": _("{actor} proposed {subject} for resources."),
    "pilot.approved": _("{actor} approved the resources of {subject}."),
    "pilot.returned": _("{actor} returned {subject} to be shaped further."),
    "pilot.preparing": _("{actor} began to prepare {subject}."),
    "pilot.went_live": _("{actor} took {subject} live."),
    "pilot.paused": _("{actor} paused {subject}."),
    "pilot.held": _("{actor} made sure that only safety lets {subject} go on: {cause}."),
    "pilot.released": _("{actor} said that it is safe for {subject} to go on."),
    "pilot.resumed": _("{actor} resumed {subject}."),
    "pilot.evaluating": _("{actor} asked for a decision on {subject}."),
    "pilot.scaled": _("{actor} decided to scale {subject}."),
    "pilot.extended": _("{actor} decided to extend {subject}."),
    "pilot.clock_extended": _(
        "{actor} extended the time of {subject} beyond {end:day}, until {until:day}."
    ),
    "pilot.pivoted": _("{actor} decided that {subject} changes course."),
    "pilot.stopped": _("{actor} decided to stop {subject}."),
    "pilot.taken_out": _("{actor} decided to take what {subject} tried out of use."),
    "pilot.opened": _("{actor} opened the pilot {subject}, led by {lead}."),
    "pilot.charter_edited": _("{actor} changed the charter of {subject}: {fields}."),
    "pilot.pathway_raised": _("{actor} raised {subject} from “{before}” to “{pathway}”."),
    "pilot.pathway_chosen": _(
        "{actor} answered the questionnaire: {subject} is on the pathway "
        "“{pathway}”, because {because}."
    ),
    "pilot.log_written": _("{actor} wrote in the log of {subject}: {status}."),
    "pilot.blocked": _("{subject} is blocked: “{blocker}”. {owner} clears it by {on:day}."),
    "pilot.unblocked": _("{actor} cleared what blocked {subject}: “{how}”."),
    "pilot.advised": _("{actor} left advice for the team of {subject}."),
    "pilot.advice_taken_up": _("{actor} took up a mentor's advice on {subject}."),
    "pilot.advice_left": _("{actor} answered a mentor's advice on {subject}."),
    "pilot.output_shown": _("{actor} ended the silent run of {subject}."),
    "pilot.output_shown_against": _(
        "{actor} ended the silent run of {subject} although {missing} was missing: “{against}”."
    ),
    "pilot.member_joined": _("{person} is on the team of {subject}: {role}."),
    "pilot.lead_offered": _("{actor} asked {person} to lead {subject}."),
    "pilot.lead_taken": _("{actor} leads {subject} from now on; before, {before} did."),
    "pilot.lead_declined": _("{actor} does not take the lead of {subject}."),
    "pilot.lead_offer_withdrawn": _("{actor} asks {person} no longer to lead {subject}."),
    "pilot.lead_handed_over": _(
        "{actor} gave {subject}, which {before} led until they left, to {person}."
    ),
    "pilot.sponsor_asked": _("{actor} asked {person} to sponsor {subject}."),
    "pilot.sponsor_agreed": _("{actor} sponsors {subject} from now on."),
    "pilot.sponsor_declined": _("{actor} does not sponsor {subject}."),
    "pilot.sponsor_dropped": _("{actor} took {before} off {subject} as its sponsor."),
    "pilot.sponsor_handed_over": _(
        "{actor} gave {subject}, which {before} sponsored until they left, to {person}."
    ),
    "pilot.site_planned": _("{actor} planned that {site} goes live in {subject} on {on:day}."),
    "pilot.site_moved": _(
        "{actor} moved the day on which {site} is to go live in {subject} from {before:day} to {on:day}."
    ),
    "pilot.site_dropped": _(
        "{actor} took {site}, planned for {before:day}, from the sites of {subject} that go live one by "
        "one."
    ),
    "pilot.site_went_live": _("{actor} took {site} live in {subject} on {on:day}, {kept}."),
    "pilot.site_day_taken_back": _(
        "{actor} took back that {site} is live in {subject} since {before:day}."
    ),
    "pilot.member_left": _("{actor} took {person} off the team of {subject}."),
}
