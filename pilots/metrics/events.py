"""What the log says of sources and metrics (innovation/audit/sentences.py)."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "source.created": _("{actor} connected {subject} ({kind})."),
    "source.edited": _("{actor} changed {subject}: {changed}."),
    "source.amended": _(
        "{actor} changed {subject}, from which metrics of locked plans are measured: {changed}."
    ),
    "source.asked_again": _("{actor} had {subject} asked again, which was paused."),
    "source.handed_over": _(
        "{actor} gave the source {subject}, which {before} kept until they left, to {person}."
    ),
    "source.key_made": _(
        "{actor} made the next signing key of {subject}: {key}. It is published and does not sign yet."
    ),
    "source.key_changed": _("{actor} had {subject} sign with its next key: {key}."),
    "source.host_key_confirmed": _(
        "{actor} compared the key of the server of {subject} and confirmed it: {key}."
    ),
    "source.host_key_changed": _(
        "{actor} confirmed another key of the server of {subject}: {key}, instead of {before}."
    ),
    "source.file_uploaded": _("{actor} uploaded {file} to {subject}."),
    "source.numbers_kept": _("{count:number} numbers of {subject} were written."),
    "source.push_key_made": _(
        "{actor} made a key by which a program sends numbers to {subject}: {name}."
    ),
    "source.push_key_revoked": _("{actor} revoked the key of {subject}: {name}."),
    "source.metrics_created": _("{actor} made {count:number} metrics, “{metric}”, from {subject}."),
    "source.metrics_taken_back": _(
        "{actor} took back {count:number} metrics, “{metric}”, that were made from {subject}; {stays:number} "
        "that were used since stay."
    ),
    "metric.created": _("{actor} planned the metric {subject}, measured from {source}."),
    "metric.edited": _("{actor} changed the metric {subject}: {changed} (now version {version})."),
    "metric.amended": _(
        "{actor} changed what the metric {subject} means, after the plan was locked: {changed} (now "
        "version {version})."
    ),
    "metric.past_changed": _(
        "A file of {person} changed {count:number} past numbers of {subject}, by which a pilot is judged: "
        "{before} before, {after} now."
    ),
    "metric.site_past_changed": _(
        "A file of {person} changed {count:number} past numbers of a site that {subject} is compared with."
    ),
    "metric.past_sent_anew": _(
        "A program of {person} changed {count:number} past numbers of {subject}, by which a pilot is judged: "
        "{before} before, {after} now."
    ),
    "metric.site_past_sent_anew": _(
        "A program of {person} changed {count:number} past numbers of a site that {subject} is compared with."
    ),
    "metric.site_count_corrected": _(
        "{person} corrected by hand a past number of a site that {subject} is compared with."
    ),
    "amendment.proposed": _(
        "{actor} proposed to change the locked plan of {subject}: {changed}. It waits for approval."
    ),
    "amendment.approved": _(
        "{actor} approved the change of the locked plan of {subject} that {person} proposed: "
        "{changed}."
    ),
    "amendment.declined": _(
        "{actor} declined the change of the locked plan of {subject} that {person} proposed: "
        "{changed}."
    ),
    "amendment.withdrawn": _(
        "{actor} took back the change of the locked plan of {subject} that {person} proposed: "
        "{changed}."
    ),
    "amendment.lapsed": _(
        "The change of the locked plan of {subject} that {person} proposed lapsed when {actor} opened "
        "the plan again: {changed}."
    ),
    "metric.split": _(
        "{actor} changed by what the metric {subject} is split: {what}. Counts of groups are shown from {least} on."
    ),
    "metric.groups_kept": _(
        "{count:number} numbers of groups of {subject} were written, small ones held back."
    ),
    "metric.counted": _(
        "{actor} typed in a number of {subject} for {period}, counted from: {what}."
    ),
    "metric.count_corrected": _(
        "{actor} corrected the number of {subject} for {period}, which was typed in: {before} before, {after} "
        "now."
    ),
    "metric.sibling_added": _("{actor} has {subject} compared with {series}, {what}."),
    "metric.sibling_removed": _("{actor} has {subject} compared no more with {series}, {what}."),
    "metric.fewer_taken": _(
        "{actor} had the numbers of {subject} taken although {gone:number} known ones are gone from "
        "the file."
    ),
    "metric.invented_taken_away": _(
        "{actor} took {count:number} numbers of {subject} away that were recorded before their time "
        "had ended; they are asked for again."
    ),
    "metric.pull_requested": _("{actor} asked for the numbers of {subject}."),
}
