"""Routes of reviews and products: pages and API."""

from django.urls import path

from pilots.assurance import api, views

_API = "api/v1/pilots/<int:pk>/assurance"

urlpatterns = [
    path("pilots/<int:pk>/assurance/", views.reviews, name="assurance"),
    path("pilots/<int:pk>/assurance/short-form/", views.attest, name="assurance-attest"),
    path("pilots/<int:pk>/assurance/product/", views.name_product, name="assurance-product"),
    path("pilots/<int:pk>/assurance/conflict/", views.declare_conflict, name="assurance-conflict"),
    path(
        "pilots/<int:pk>/assurance/evidence/<slug:topic>/",
        views.give_evidence,
        name="assurance-evidence",
    ),
    path("evidence-items/<int:pk>/file/", views.evidence_file, name="evidence-file"),
    path("assessments/", views.assessment_list, name="assessment-list"),
    path("assessments/<int:pk>/", views.assessment, name="assessment-detail"),
    path("assessments/<int:pk>/take/", views.take, name="assessment-take"),
    path("assessments/<int:pk>/hand-over/", views.hand_over, name="assessment-hand-over"),
    path("assessments/<int:pk>/conclude/", views.conclude, name="assessment-conclude"),
    path("assessments/<int:pk>/condition/", views.set_condition, name="assessment-condition"),
    path(
        "assessment-conditions/<int:pk>/met/", views.meet_condition, name="assessment-condition-met"
    ),
    path("products/", views.product_list, name="product-list"),
    path("products/new/", views.register_product, name="product-register"),
    path("products/<int:pk>/", views.product, name="product-detail"),
    path("products/<int:pk>/version/", views.change_version, name="product-version"),
    path(f"{_API}/", api.ReviewsDetail.as_view(), name="api-assurance"),
    path(f"{_API}/short-form/", api.attest, name="api-assurance-attest"),
    path(f"{_API}/evidence/", api.give_evidence, name="api-assurance-evidence"),
]
