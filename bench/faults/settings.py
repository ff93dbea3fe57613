"""The product's settings for a site that is thrown away: its mail goes there, too."""

import os

from innovation.settings import *  # noqa: F403

EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = os.environ["PILOTLIGHT_FAULTS_MAIL"]
