"""The ASGI entry point."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "innovation.settings")
# Only a web process may keep a pool of connections; the settings read this.
os.environ["PILOTLIGHT_PROCESS"] = "web"
application = get_asgi_application()
