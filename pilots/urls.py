"""The addresses of pilots: each room keeps its own routes, pages and API together."""

from pilots.evidence import urls as evidence
from pilots.funding import urls as funding
from pilots.gates import urls as gates
from pilots.lifecycle import urls as lifecycle
from pilots.metrics import urls as metrics
from pilots.portfolio import urls as portfolio
from pilots.staffing import urls as staffing

app_name = "pilots"
urlpatterns = [
    *lifecycle.urlpatterns,
    *staffing.urlpatterns,
    *funding.urlpatterns,
    *metrics.urlpatterns,
    *evidence.urlpatterns,
    *gates.urlpatterns,
    *portfolio.urlpatterns,
]
