"""What the web server runs: the site, which is given requests whole."""

from django.conf import settings

from innovation.web.whole_requests import WholeRequests
from innovation.wsgi import application as site

application = WholeRequests(site, threads=settings.WEB_THREADS, seconds=settings.BODY_SECONDS)
