"""What waits and what was told, as the API shows them."""

from rest_framework import serializers

from innovation.notices import queries
from innovation.notices.kinds import kinds
from innovation.notices.models import NewsDelivery, Notice
from innovation.people.models import User
from innovation.web.panels import WaitingItem


class WaitingItemSerializer(serializers.Serializer[list[WaitingItem]]):
    title = serializers.CharField()
    sentence = serializers.CharField()
    url = serializers.CharField()
    since = serializers.DateTimeField()
    kind = serializers.CharField()
    action_label = serializers.CharField()


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    class Meta:
        model = Notice
        fields = ("id", "at", "kind", "title", "text", "subject", "url", "read_at")


class NewsKindSerializer(serializers.Serializer[dict[str, object]]):
    kind = serializers.CharField()
    name = serializers.CharField()
    delivery = serializers.ChoiceField(choices=NewsDelivery.choices)


class OwnNewsSerializer(serializers.Serializer[dict[str, object]]):
    """How each kind of news reaches a person, and at which hour of theirs the mail of the day
    comes."""

    hour = serializers.IntegerField()
    kinds = NewsKindSerializer(many=True)


def own_news(person: User) -> dict[str, object]:
    return {
        "hour": queries.hour_of_daily_mail(person),
        "kinds": [
            {"kind": key, "name": kinds()[key].label, "delivery": delivery}
            for key, delivery in queries.deliveries(person).items()
        ],
    }
