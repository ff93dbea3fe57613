"""Pages and API of what waits and of the inbox."""

from django.urls import path

from innovation.notices import api, views

urlpatterns = [
    path("", views.waiting, name="waiting"),
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/read/", views.inbox_read, name="inbox-read"),
    path("inbox/<int:pk>/", views.notice_open, name="notice-open"),
    path("profile/news/", views.news, name="news"),
    path("mail/off/<str:token>/", views.mail_off_page, name="mail-off"),
    path("api/v1/me/news/", api.news, name="api-news"),
    path("api/v1/waiting/", api.waiting, name="api-waiting"),
    path("api/v1/notices/", api.NoticeList.as_view(), name="api-notice-list"),
    path("api/v1/notices/<int:pk>/read/", api.notice_read, name="api-notice-read"),
]
