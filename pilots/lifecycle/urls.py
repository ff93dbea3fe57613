"""Routes of a pilot's life: pages and API."""

from django.urls import path

from pilots.lifecycle import api, views

_API = "api/v1/pilots"

urlpatterns = [
    path("pilots/<int:pk>/advice/", views.advice, name="advice"),
    path("advice/<int:pk>/answer/", views.advice_answer, name="advice-answer"),
    path("api/v1/pilots/<int:pk>/advice/", api.AdviceList.as_view(), name="api-advice-list"),
    path("api/v1/advice/<int:pk>/answer/", api.advice_answer, name="api-advice-answer"),
    path("blockers/<int:pk>/clear/", views.blocker_clear, name="blocker-clear"),
    path("api/v1/pilots/<int:pk>/blockers/", api.BlockerList.as_view(), name="api-blocker-list"),
    path("api/v1/blockers/<int:pk>/clear/", api.blocker_clear, name="api-blocker-clear"),
    path("pilots/new/", views.open_pilot, name="pilot-open"),
    path("pilots/<int:pk>/charter/", views.charter, name="charter"),
    path("pilots/<int:pk>/pathway/", views.pathway, name="pathway"),
    path("needs/<int:pk>/pathway/", views.pathway_hint, name="pathway-hint"),
    path("pilots/<int:pk>/pathway/raise/", views.raise_pathway, name="pathway-raise"),
    path("pilots/<int:pk>/log/", views.log, name="pilot-log-write"),
    path("pilots/<int:pk>/prepare/", views.prepare, name="pilot-prepare"),
    path("pilots/<int:pk>/pause/", views.pause, name="pilot-pause"),
    path("pilots/<int:pk>/resume/", views.resume, name="pilot-resume"),
    path("pilots/<int:pk>/show-output/", views.show_output, name="pilot-show-output"),
    path("pilots/<int:pk>/lead/", views.lead, name="pilot-lead"),
    path("pilots/<int:pk>/sponsor/", views.sponsor_answer, name="sponsor-answer"),
    path("lead-offers/<int:pk>/", views.lead_answer, name="lead-answer"),
    path("lead-offers/<int:pk>/withdraw/", views.lead_withdraw, name="lead-withdraw"),
    path("pilots/<int:pk>/sites/plan/", views.site_plan, name="pilot-site-plan"),
    path("pilots/<int:pk>/sites/live/", views.site_live, name="pilot-site-live"),
    path("pilot-sites/<int:pk>/take-back/", views.site_take_back, name="pilot-site-take-back"),
    path("pilot-sites/<int:pk>/drop/", views.site_drop, name="pilot-site-drop"),
    path(f"{_API}/", api.PilotList.as_view(), name="api-pilot-list"),
    path(f"{_API}/<int:pk>/", api.PilotDetail.as_view(), name="api-pilot-detail"),
    path(f"{_API}/<int:pk>/pathway/", api.pathway, name="api-pilot-pathway"),
    path(f"{_API}/<int:pk>/prepare/", api.prepare, name="api-pilot-prepare"),
    path(f"{_API}/<int:pk>/pause/", api.pause, name="api-pilot-pause"),
    path(f"{_API}/<int:pk>/resume/", api.resume, name="api-pilot-resume"),
    path(f"{_API}/<int:pk>/sponsor/", api.sponsor_answer, name="api-sponsor-answer"),
    path(f"{_API}/<int:pk>/lead-offers/", api.LeadOfferList.as_view(), name="api-lead-offers"),
    path("api/v1/lead-offers/<int:pk>/accept/", api.lead_accept, name="api-lead-accept"),
    path("api/v1/lead-offers/<int:pk>/decline/", api.lead_decline, name="api-lead-decline"),
    path("api/v1/lead-offers/<int:pk>/withdraw/", api.lead_withdraw, name="api-lead-withdraw"),
    path(f"{_API}/<int:pk>/sites/", api.SiteList.as_view(), name="api-pilot-sites"),
    path(f"{_API}/<int:pk>/sites/live/", api.site_live, name="api-pilot-site-live"),
    path("api/v1/pilot-sites/<int:pk>/", api.SiteDetail.as_view(), name="api-pilot-site-detail"),
    path(
        "api/v1/pilot-sites/<int:pk>/take-back/",
        api.site_take_back,
        name="api-pilot-site-take-back",
    ),
    path(f"{_API}/<int:pk>/log/", api.LogList.as_view(), name="api-pilot-log"),
]
