"""The page of the directory, and where an identity provider sends people and groups."""

from django.urls import path

from innovation.provisioning import api, views

urlpatterns = [
    path("people/directory/", views.directory, name="directory"),
    path("people/directory/tokens/", views.scim_token_create, name="scim-token-create"),
    path(
        "people/directory/tokens/<int:pk>/revoke/",
        views.scim_token_revoke,
        name="scim-token-revoke",
    ),
    path("scim/v2/", api.scim, name="scim-root"),
    path("scim/v2/<path:path>", api.scim, name="scim"),
]
