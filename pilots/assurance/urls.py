"""Routes of reviews and products: pages and API."""

from django.urls import path

from pilots.assurance import api, views

_API = "api/v1/pilots/<int:pk>/assurance"
_ONE = "api/v1/assessment"
_CONDITION = "api/v1/assessment-conditions/<int:pk>"

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
    path(
        "assessment-conditions/<int:pk>/report/",
        views.report_condition,
        name="assessment-condition-report",
    ),
    path("assessments/<int:pk>/opinion/", views.ask_opinion, name="assessment-opinion"),
    path("second-opinions/<int:pk>/", views.second_opinion, name="second-opinion"),
    path("products/", views.product_list, name="product-list"),
    path("products/new/", views.register_product, name="product-register"),
    path("products/card/", views.register_from_card, name="product-register-card"),
    path("products/<int:pk>/card/", views.card_of_product, name="product-card"),
    path("products/<int:pk>/", views.product, name="product-detail"),
    path("products/<int:pk>/version/", views.change_version, name="product-version"),
    path(f"{_API}/", api.ReviewsDetail.as_view(), name="api-assurance"),
    path(f"{_API}/conflict/", api.declare_conflict, name="api-assurance-conflict"),
    path(f"{_API}/short-form/", api.attest, name="api-assurance-attest"),
    path(f"{_API}/evidence/", api.give_evidence, name="api-assurance-evidence"),
    path(f"{_ONE}s/", api.ReviewQueue.as_view(), name="api-assessment-list"),
    path(f"{_ONE}s/<int:pk>/", api.AssessmentDetail.as_view(), name="api-assessment-detail"),
    path(f"{_ONE}s/<int:pk>/take/", api.take, name="api-assessment-take"),
    path(f"{_ONE}s/<int:pk>/hand-over/", api.hand_over, name="api-assessment-hand-over"),
    path(f"{_ONE}s/<int:pk>/verdicts/", api.judge, name="api-assessment-judge"),
    path(f"{_ONE}s/<int:pk>/conclude/", api.conclude, name="api-assessment-conclude"),
    path(f"{_ONE}s/<int:pk>/conditions/", api.set_condition, name="api-assessment-condition"),
    path(f"{_ONE}s/<int:pk>/opinions/", api.ask_opinion, name="api-assessment-opinion"),
    path(f"{_CONDITION}/report/", api.report_condition, name="api-assessment-condition-report"),
    path(f"{_CONDITION}/met/", api.meet_condition, name="api-assessment-condition-met"),
    path(f"{_CONDITION}/missing/", api.return_condition, name="api-assessment-condition-missing"),
    path("api/v1/second-opinions/<int:pk>/", api.answer_opinion, name="api-second-opinion"),
]
