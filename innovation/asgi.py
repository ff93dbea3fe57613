"""What the web server runs: the site, which is given requests whole."""

from innovation.wsgi import application as site  # isort: skip - it brings Django up

from django.conf import settings

from innovation.web.scrape import Scrape
from innovation.web.whole_requests import WholeRequests
from innovation.workflow import broker

application = WholeRequests(
    site,
    threads=settings.WEB_THREADS,
    seconds=settings.BODY_SECONDS,
    scrape=Scrape(settings.METRICS_TOKEN, others={"broker": broker.answers})
    if settings.METRICS_TOKEN
    else None,
)
