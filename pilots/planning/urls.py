"""Routes of the planner and of metric panels: pages and API."""

from django.urls import path

from pilots.planning import api, views

urlpatterns = [
    path("pilots/<int:pk>/planner/", views.planner, name="planner"),
    path("pilots/<int:pk>/planner/ask/", views.planner_ask, name="planner-ask"),
    path("pilots/<int:pk>/panel/", views.panel_open, name="metric-panel-open"),
    path("panels/<int:pk>/", views.panel, name="metric-panel"),
    path("panels/<int:pk>/invite/", views.panel_invite, name="metric-panel-invite"),
    path("panels/<int:pk>/candidates/", views.panel_add, name="metric-panel-add"),
    path("panels/<int:pk>/close/", views.panel_close, name="metric-panel-close"),
    path("api/v1/pilots/<int:pk>/planner/", api.ForecastList.as_view(), name="api-planner"),
    path("api/v1/pilots/<int:pk>/panels/", api.PanelList.as_view(), name="api-metric-panels"),
    path("api/v1/panels/<int:pk>/", api.PanelDetail.as_view(), name="api-metric-panel"),
]
