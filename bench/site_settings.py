"""The product's settings for processes of a bench: files of pages are named by their content, and not
compressed, which takes a minute."""

from innovation.settings import *  # noqa: F403

STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    },
}
INSTALLED_APPS = [app for app in INSTALLED_APPS if app != "drf_spectacular_sidecar"]  # noqa: F405
