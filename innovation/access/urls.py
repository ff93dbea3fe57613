"""Pages of letting people in and out."""

from django.urls import path

from innovation.access.views import imports

urlpatterns = [
    path("people/imports/", imports.people_imports, name="people-imports"),
    path("people/imports/<int:pk>/", imports.people_import, name="people-import"),
    path(
        "people/imports/<int:pk>/discard/",
        imports.people_import_discard,
        name="people-import-discard",
    ),
    path("people/imports/<int:pk>/undo/", imports.people_import_undo, name="people-import-undo"),
    path("people/imports/<int:pk>/rows.csv", imports.people_import_file, name="people-import-file"),
]
