"""The addresses of pilots: each room keeps its own routes, pages and API together."""

from pilots.evidence import urls as evidence
from pilots.metrics import urls as metrics

app_name = "pilots"
urlpatterns = [
    *metrics.urlpatterns,
    *evidence.urlpatterns,
]
