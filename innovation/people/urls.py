"""Pages and API of people, units and each person's own account."""

from allauth.account import urls as allauth_account
from django.urls import include, path

from innovation.people import api
from innovation.people.views import accounts, profile, roles, second_steps, units

urlpatterns = [
    path("people/", accounts.people_list, name="people"),
    path("people/new/", accounts.person_create, name="person-create"),
    path("people/<int:pk>/", accounts.person_detail, name="person-detail"),
    path("people/<int:pk>/edit/", accounts.person_edit, name="person-edit"),
    path("people/<int:pk>/password/", accounts.password_link, name="person-password-link"),
    path(
        "people/<int:pk>/second-step/", accounts.second_step_reset, name="person-second-step-reset"
    ),
    path("people/<int:pk>/close/", accounts.person_close, name="person-close"),
    path("people/<int:pk>/reopen/", accounts.person_reopen, name="person-reopen"),
    path("people/<int:pk>/roles/new/", roles.grant_create, name="grant-create"),
    path("roles/<int:pk>/end/", roles.grant_end, name="grant-end"),
    path("roles/<int:pk>/until/", roles.grant_until, name="grant-until"),
    path("roles/proposals/<int:pk>/", roles.role_proposal, name="role-proposal"),
    path("roles/proposals/<int:pk>/confirm/", roles.role_confirm, name="role-confirm"),
    path("roles/proposals/<int:pk>/decline/", roles.role_decline, name="role-decline"),
    path("roles/proposals/<int:pk>/withdraw/", roles.role_withdraw, name="role-withdraw"),
    path("units/", units.unit_list, name="unit-list"),
    path("units/new/", units.unit_create, name="unit-create"),
    path("units/find/", units.unit_find, name="unit-find"),
    path("units/<int:pk>/", units.unit_detail, name="unit-detail"),
    path("units/<int:pk>/edit/", units.unit_edit, name="unit-edit"),
    path("units/<int:pk>/move/", units.unit_move, name="unit-move"),
    path("units/<int:pk>/close/", units.unit_close, name="unit-close"),
    path("units/<int:pk>/reopen/", units.unit_reopen, name="unit-reopen"),
    path("profile/", profile.profile, name="profile"),
    path("profile/log/", profile.account_log, name="account-log"),
    path("profile/tokens/", profile.token_create, name="token-create"),
    path("profile/tokens/<str:pk>/revoke/", profile.token_revoke, name="token-revoke"),
    path("profile/sessions/end/", profile.sessions_end, name="sessions-end"),
    path("api/v1/me/", api.me, name="api-me"),
    path("api/v1/people/", api.PersonList.as_view(), name="api-person-list"),
    path("api/v1/people/<int:pk>/", api.PersonDetail.as_view(), name="api-person-detail"),
    path("api/v1/units/", api.UnitList.as_view(), name="api-unit-list"),
    path("api/v1/units/<int:pk>/", api.UnitDetail.as_view(), name="api-unit-detail"),
]

# Signing in, passwords and the second step are allauth's. An e-mail is changed by administrators,
# so its pages for several addresses and their confirmation are left out.
# Pages that offer an identity provider, or lead on to one, are federation's.
LEFT_OUT = {
    "account_login",
    "account_logout",
    "account_reauthenticate",
    "account_email",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_confirm_login_code",
}
account_urlpatterns = [
    *(route for route in allauth_account.urlpatterns if route.name not in LEFT_OUT),
    path("email/", profile.own_email, name="account_email"),
    # Before the library's: with a first second step codes are made and shown.
    path("2fa/totp/activate/", second_steps.new_app, name="mfa_activate_totp"),
    path("2fa/webauthn/add/", second_steps.new_passkey, name="mfa_add_webauthn"),
    path("2fa/recovery-codes/", second_steps.recovery_codes_page, name="mfa_view_recovery_codes"),
    path(
        "2fa/recovery-codes/generate/",
        second_steps.recovery_codes_new,
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/", include("allauth.mfa.urls")),
]
