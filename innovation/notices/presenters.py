"""What waits and what was told, as the API shows them."""

from rest_framework import serializers

from innovation.notices.models import Notice
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
        fields = ("id", "at", "title", "text", "subject", "url", "read_at")
