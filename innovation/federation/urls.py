"""Signing in by an identity provider. The paths stand among those of the sign-in library, which
asks for some of them by its own names."""

from allauth.socialaccount import views as library
from django.urls import path

from innovation.federation import views

urlpatterns = [
    path("people/groups/", views.group_roles, name="group-roles"),
    path("people/groups/<int:pk>/confirm/", views.group_role_confirm, name="group-role-confirm"),
    path("people/groups/<int:pk>/end/", views.group_role_end, name="group-role-end"),
]
sign_in_urlpatterns = [
    path("login/", views.sign_in, name="account_login"),
    path("reauthenticate/", views.again, name="account_reauthenticate"),
    path("logout/", views.sign_out, name="account_logout"),
    path("sso/cancelled/", library.login_cancelled, name="socialaccount_login_cancelled"),
    path("sso/<str:key>/", views.begin, name="sso_begin"),
    path(
        "oidc/<str:provider_id>/login/callback/",
        views.openid_answer,
        name="openid_connect_callback",
    ),
    path("saml/<str:key>/acs/", views.saml_answer, name="saml_acs"),
    path("saml/<str:key>/acs/finish/", views.saml_finish, name="saml_finish_acs"),
    path("saml/<str:key>/sls/", views.saml_signed_out, name="saml_sls"),
    path("saml/<str:key>/metadata/", views.saml_metadata, name="saml_metadata"),
]
