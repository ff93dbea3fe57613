"""Pages of letting people in and out."""

from django.urls import path

from innovation.access.views import deputies, imports, invitations, reviews, services

urlpatterns = [
    path("people/invitations/", invitations.invitations, name="invitations"),
    path(
        "people/invitations/<int:pk>/send/",
        invitations.invitation_send_again,
        name="invitation-send-again",
    ),
    path(
        "people/invitations/<int:pk>/revoke/",
        invitations.invitation_revoke,
        name="invitation-revoke",
    ),
    path("invitations/<str:token>/", invitations.invitation_accept, name="invitation-accept"),
    path("profile/deputies/", deputies.deputies, name="deputies"),
    path("profile/deputies/<int:pk>/end/", deputies.deputy_end, name="deputy-end"),
    path("profile/deputies/<int:pk>/act/", deputies.deputy_act, name="deputy-act"),
    path("profile/deputies/stop/", deputies.deputy_stop, name="deputy-stop"),
    path("people/reviews/", reviews.access_reviews, name="access-reviews"),
    path("people/reviews/<int:pk>/", reviews.access_review, name="access-review"),
    path("people/reviews/<int:pk>/keep/", reviews.access_review_keep, name="access-review-keep"),
    path(
        "people/reviews/<int:pk>/answers/",
        reviews.access_review_answers,
        name="access-review-answers",
    ),
    path(
        "people/reviews/<int:pk>/record/", reviews.access_review_record, name="access-review-record"
    ),
    path(
        "people/reviews/<int:pk>/record.csv", reviews.access_review_file, name="access-review-file"
    ),
    path("people/imports/", imports.people_imports, name="people-imports"),
    path("people/imports/<int:pk>/", imports.people_import, name="people-import"),
    path(
        "people/imports/<int:pk>/discard/",
        imports.people_import_discard,
        name="people-import-discard",
    ),
    path("people/imports/<int:pk>/undo/", imports.people_import_undo, name="people-import-undo"),
    path("people/imports/<int:pk>/rows.csv", imports.people_import_file, name="people-import-file"),
    path("people/services/", services.services, name="services"),
    path("people/services/new/", services.service_create, name="service-create"),
    path("people/services/<int:pk>/", services.service_detail, name="service-detail"),
    path("people/services/<int:pk>/edit/", services.service_edit, name="service-edit"),
    path("people/services/<int:pk>/close/", services.service_close, name="service-close"),
    path(
        "people/services/<int:pk>/tokens/",
        services.service_token_create,
        name="service-token-create",
    ),
    path(
        "people/services/<int:pk>/tokens/<str:key>/revoke/",
        services.service_token_revoke,
        name="service-token-revoke",
    ),
]
