"""The leadership review for other programs."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from innovation.people.request import person
from innovation.web.entrance import Holds
from okrs.reviews import queries
from okrs.reviews.presenters import ReviewSerializer
from okrs.reviews.room import ReviewsPermission


class ReviewDetail(APIView):
    """Objectives as measured, what waits for a decision, money and people."""

    permission_classes = [Holds(ReviewsPermission.READ)]

    @extend_schema(responses=ReviewSerializer)
    def get(self, request: Request) -> Response:
        return Response(ReviewSerializer(queries.review(person(request), at=timezone.now())).data)
