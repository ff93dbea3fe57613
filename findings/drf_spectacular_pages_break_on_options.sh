#!/usr/bin/env bash
# drf-spectacular's page of Swagger answers OPTIONS by an error; that of Redoc does not.
#
# drf-spectacular 0.30.0, Django REST framework 3.18.3, Django 5.2.19.
#
# Every view of Django REST framework answers OPTIONS by itself, with what it is and takes. A good engineer expects
# that of SpectacularSwaggerView and its split form as well: they answer GET, and nothing in them speaks of other
# methods. But the renderer draws the view's own template with whatever the framework says of the view, and that of Swagger
# includes a second one by a name (template_name_js) that get() alone gives it: TemplateDoesNotExist, raised, so a site answers
# 500 to what scanners, proxies and cross-origin checks ask first. Redoc's includes nothing, and comes back as a page.
#
# Seen: GET 200 for all; OPTIONS TemplateDoesNotExist for both of Swagger, 200 for Redoc and for the schema itself.
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q --disable-pip-version-check django==5.2.19 djangorestframework==3.18.3 drf-spectacular==0.30.0
cd "$here"
cat > asked.py <<'PY'
import django
from django.conf import settings

if not settings.configured: settings.configure(
    ROOT_URLCONF="asked", SECRET_KEY="x", ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "drf_spectacular"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    REST_FRAMEWORK={"DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema", "DEFAULT_AUTHENTICATION_CLASSES": []},
)
if __name__ == "__main__":
    django.setup()
from django.urls import path

from drf_spectacular import views

urlpatterns = [
    path("schema/", views.SpectacularAPIView.as_view(), name="schema"),
    path("plain/", views.SpectacularSwaggerView.as_view(url_name="schema")),
    path("split/", views.SpectacularSwaggerSplitView.as_view(url_name="schema")),
    path("redoc/", views.SpectacularRedocView.as_view(url_name="schema")),
]
if __name__ == "__main__":
    from django.test import Client

    said = {}
    for page in ("schema", "plain", "split", "redoc"):
        assert Client().get(f"/{page}/").status_code == 200
        try:
            said[page] = str(Client().options(f"/{page}/").status_code)
        except Exception as error:
            said[page] = type(error).__name__
    print(said)
    missing = "TemplateDoesNotExist"
    assert said == {"schema": "200", "plain": missing, "split": missing, "redoc": "200"}, said
PY
"$here/venv/bin/python" asked.py
