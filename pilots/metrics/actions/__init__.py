"""The verbs of measuring: connect a source, plan a metric, pull its numbers."""

from pilots.metrics.actions import amendments
from pilots.metrics.actions.batch import run_batch
from pilots.metrics.actions.by_hand import count_by_hand
from pilots.metrics.actions.checks import ask_dry_run, ask_source, forget_checks, look_at_file
from pilots.metrics.actions.dispatch import dispatch_due, run_waiting
from pilots.metrics.actions.file_import import Imported, import_file
from pilots.metrics.actions.invented import Invented, ask_again, find_invented
from pilots.metrics.actions.pace import ask_source_again
from pilots.metrics.actions.plan import (
    create_each,
    create_from_file,
    create_metric,
    edit_metric,
    takes_reason,
)
from pilots.metrics.actions.pull import run_pull
from pilots.metrics.actions.push import (
    PushedNumber,
    key_of,
    key_that_signed,
    make_push_key,
    push_numbers,
    revoke_push_key,
)
from pilots.metrics.actions.requests import request_pull, take_fewer
from pilots.metrics.actions.siblings import add_sibling, add_siblings, remove_sibling
from pilots.metrics.actions.signing_keys import change_signing_key, confirm_host_key
from pilots.metrics.actions.sources import (
    create_source,
    edit_source,
    hand_over_source,
    keep_inside_source,
    takes_reason_to_edit,
    upload_file,
)
from pilots.metrics.actions.strata import split_metric
from pilots.metrics.actions.taking_back import TakenBack, take_back

__all__ = [
    "Imported",
    "Invented",
    "add_sibling",
    "add_siblings",
    "amendments",
    "ask_again",
    "ask_dry_run",
    "ask_source",
    "ask_source_again",
    "change_signing_key",
    "confirm_host_key",
    "count_by_hand",
    "create_each",
    "create_from_file",
    "create_metric",
    "create_source",
    "dispatch_due",
    "edit_metric",
    "edit_source",
    "find_invented",
    "forget_checks",
    "hand_over_source",
    "import_file",
    "keep_inside_source",
    "PushedNumber",
    "key_of",
    "key_that_signed",
    "make_push_key",
    "push_numbers",
    "remove_sibling",
    "request_pull",
    "revoke_push_key",
    "split_metric",
    "run_pull",
    "run_batch",
    "run_waiting",
    "TakenBack",
    "take_back",
    "take_fewer",
    "takes_reason",
    "takes_reason_to_edit",
    "look_at_file",
    "upload_file",
]
