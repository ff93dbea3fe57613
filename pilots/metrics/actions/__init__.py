"""The verbs of measuring: connect a source, plan a metric, pull its numbers."""

from pilots.metrics.actions.asking import request_pull
from pilots.metrics.actions.dispatching import dispatch_due, run_waiting
from pilots.metrics.actions.importing import Imported, import_file
from pilots.metrics.actions.plan import create_each, create_from_file, create_metric, edit_metric
from pilots.metrics.actions.pulling import run_pull
from pilots.metrics.actions.sources import create_source, edit_source, upload_file
from pilots.metrics.actions.together import run_together
from pilots.metrics.actions.trying import Knocked, Tried, knock, try_out

__all__ = [
    "Imported",
    "Knocked",
    "Tried",
    "create_each",
    "create_from_file",
    "create_metric",
    "create_source",
    "dispatch_due",
    "edit_metric",
    "edit_source",
    "import_file",
    "knock",
    "request_pull",
    "run_pull",
    "run_together",
    "run_waiting",
    "try_out",
    "upload_file",
]
