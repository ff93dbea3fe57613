from django.urls import path

from pilots.evidence import api, views

urlpatterns = [
    path("pilots/<int:pk>/evidence/", views.evidence_page, name="pilot-evidence"),
    path("pilots/<int:pk>/happened/", views.happening_note, name="happening-note"),
    path("happenings/<int:pk>/take-back/", views.happening_take_back, name="happening-take-back"),
    path("metrics/", views.metric_list, name="metric-list"),
    path("metrics/<int:pk>/", views.metric_detail, name="metric-detail"),
    path("metrics/<int:pk>/as-known/", views.metric_known_then, name="metric-known-then"),
    path("metrics/<int:pk>/chart/", views.metric_chart, name="metric-chart"),
    path("alarms/<int:pk>/", views.alarm_answer, name="alarm-answer"),
    path("api/v1/alarms/", api.AlarmList.as_view(), name="api-alarm-list"),
    path("api/v1/alarms/<int:pk>/", api.AlarmDetail.as_view(), name="api-alarm-detail"),
    path("api/v1/alarms/<int:pk>/answer/", api.answer, name="api-alarm-answer"),
    path(
        "api/v1/pilots/<int:pk>/happenings/",
        api.HappeningList.as_view(),
        name="api-pilot-happenings",
    ),
    path("api/v1/happenings/<int:pk>/", api.HappeningDetail.as_view(), name="api-happening-detail"),
    path("api/v1/happenings/<int:pk>/take-back/", api.take_back, name="api-happening-take-back"),
]
