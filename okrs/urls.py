from okrs.alignment.urls import urlpatterns as alignment
from okrs.goals.urls import urlpatterns as goals
from okrs.progress.urls import urlpatterns as progress
from okrs.reviews.urls import urlpatterns as reviews

app_name = "okrs"
urlpatterns = [*goals, *alignment, *progress, *reviews]
