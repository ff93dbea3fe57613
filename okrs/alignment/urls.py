from django.urls import path

from okrs.alignment import views

urlpatterns = [
    path("pilots/<int:pk>/key-results/", views.contribute, name="pilot-contribute"),
    path(
        "pilots/<int:pk>/key-results/<int:contribution>/withdraw/",
        views.withdraw,
        name="contribution-withdraw",
    ),
    path("key-results/<int:pk>/metric/", views.measure, name="key-result-measure"),
]
