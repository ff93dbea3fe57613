"""Routes of mentors: pages and API."""

from django.urls import path

from pilots.mentoring import api, views

_ONE = "api/v1/mentorships/<int:pk>"

urlpatterns = [
    path("mentors/", views.register, name="mentor-list"),
    path("mentors/me/", views.mine, name="mentor-mine"),
    path("mentors/me/offer/", views.offer, name="mentor-offer"),
    path("mentors/me/pause/", views.pause, name="mentor-pause"),
    path("mentors/me/go-on/", views.go_on, name="mentor-go-on"),
    path("mentors/me/withdraw/", views.withdraw, name="mentor-withdraw"),
    path("mentors/<int:pk>/", views.detail, name="mentor"),
    path("pilots/<int:pk>/mentors/ask/", views.ask, name="mentor-ask"),
    path("mentorships/<int:pk>/", views.mentorship, name="mentorship"),
    path("mentorships/<int:pk>/answer/", views.answer, name="mentorship-answer"),
    path("mentorships/<int:pk>/take-back/", views.take_back, name="mentorship-take-back"),
    path("mentorships/<int:pk>/end/", views.end, name="mentorship-end"),
    path("mentorships/<int:pk>/sessions/write/", views.write_session, name="mentoring-session"),
    path("next-steps/<int:pk>/done/", views.step_done, name="mentoring-step-done"),
    path("api/v1/mentors/", api.MentorList.as_view(), name="api-mentors"),
    path("api/v1/mentors/me/", api.MyMentoring.as_view(), name="api-mentor-mine"),
    path("api/v1/mentors/me/pause/", api.pause, name="api-mentor-pause"),
    path("api/v1/mentors/me/go-on/", api.go_on, name="api-mentor-go-on"),
    path("api/v1/mentors/<int:pk>/", api.detail, name="api-mentor"),
    path("api/v1/pilots/<int:pk>/mentor-matches/", api.matches, name="api-mentor-matches"),
    path(
        "api/v1/pilots/<int:pk>/mentorships/", api.MentorshipList.as_view(), name="api-mentorships"
    ),
    path(f"{_ONE}/", api.mentorship, name="api-mentorship"),
    path(f"{_ONE}/answer/", api.answer, name="api-mentorship-answer"),
    path(f"{_ONE}/take-back/", api.take_back, name="api-mentorship-take-back"),
    path(f"{_ONE}/end/", api.end, name="api-mentorship-end"),
    path(f"{_ONE}/sessions/", api.SessionList.as_view(), name="api-mentoring-sessions"),
    path("api/v1/next-steps/<int:pk>/done/", api.step_done, name="api-mentoring-step-done"),
]
