"""The product's settings, with the floors' addresses beside the product's own."""

from innovation.settings import *  # noqa: F403

ROOT_URLCONF = "bench.floors"
DEBUG = False
LOGGING = {"version": 1, "disable_existing_loggers": True}
