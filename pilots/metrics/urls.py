from django.urls import path

from pilots.metrics import api
from pilots.metrics.views import (
    amendments,
    checks,
    mapping,
    measures,
    plan,
    pulls,
    siblings,
    sources,
)

urlpatterns = [
    path("sources/", sources.source_list, name="source-list"),
    path("sources/new/", sources.source_create, name="source-create"),
    path("sources/<int:pk>/", sources.source_detail, name="source-detail"),
    path("sources/<int:pk>/edit/", sources.source_edit, name="source-edit"),
    path("sources/<int:pk>/upload/", sources.source_upload, name="source-upload"),
    path("sources/<int:pk>/map/", mapping.source_map, name="source-map"),
    path(
        "sources/<int:pk>/test-connection/",
        sources.source_test_connection,
        name="source-test-connection",
    ),
    path("sources/<int:pk>/ask-again/", sources.source_ask_again, name="source-ask-again"),
    path("sources/<int:pk>/keys.json", sources.source_keys, name="source-keys"),
    path("sources/<int:pk>/change-key/", sources.source_change_key, name="source-change-key"),
    path("source-checks/<int:pk>/", checks.source_check, name="source-check"),
    path("pilots/<int:pk>/metrics/new/", plan.metric_create, name="metric-create"),
    path("metrics/new/", plan.unit_metric_create, name="unit-metric-create"),
    path("measures/", measures.measure_list, name="measure-list"),
    path("metrics/<int:pk>/edit/", plan.metric_edit, name="metric-edit"),
    path("metrics/<int:pk>/pull/", pulls.metric_pull, name="metric-pull"),
    path("metrics/<int:pk>/compare/", siblings.sibling_add, name="sibling-add"),
    path("siblings/<int:pk>/remove/", siblings.sibling_remove, name="sibling-remove"),
    path("amendments/<int:pk>/", amendments.amendment_detail, name="amendment-detail"),
    path("amendments/<int:pk>/withdraw/", amendments.amendment_withdraw, name="amendment-withdraw"),
    path("pulls/<int:pk>/", pulls.pull_detail, name="pull-detail"),
    path("pulls/<int:pk>/take-fewer/", pulls.pull_take_fewer, name="pull-take-fewer"),
    path("api/v1/sources/", api.SourceList.as_view(), name="api-source-list"),
    path("api/v1/sources/<int:pk>/", api.SourceDetail.as_view(), name="api-source-detail"),
    path("api/v1/sources/<int:pk>/file/", api.source_file, name="api-source-file"),
    path("api/v1/amendments/", api.AmendmentList.as_view(), name="api-amendment-list"),
    path("api/v1/amendments/<int:pk>/", api.AmendmentDetail.as_view(), name="api-amendment-detail"),
    path("api/v1/amendments/<int:pk>/decide/", api.amendment_decide, name="api-amendment-decide"),
    path(
        "api/v1/amendments/<int:pk>/withdraw/",
        api.amendment_withdraw,
        name="api-amendment-withdraw",
    ),
    path("api/v1/measures/", api.measure_list, name="api-measure-list"),
    path("api/v1/metrics/", api.MetricList.as_view(), name="api-metric-list"),
    path("api/v1/metrics/<int:pk>/", api.MetricDetail.as_view(), name="api-metric-detail"),
    path(
        "api/v1/metrics/<int:pk>/observations/",
        api.ObservationList.as_view(),
        name="api-metric-observations",
    ),
    path("api/v1/metrics/<int:pk>/pulls/", api.PullList.as_view(), name="api-metric-pulls"),
    path(
        "api/v1/metrics/<int:pk>/siblings/", api.SiblingList.as_view(), name="api-metric-siblings"
    ),
    path("api/v1/siblings/<int:pk>/", api.SiblingDetail.as_view(), name="api-sibling-detail"),
    path("api/v1/metrics/<int:pk>/pull/", api.pull, name="api-metric-pull"),
]
