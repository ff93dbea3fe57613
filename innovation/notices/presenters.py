"""What waits and what was told, as the API shows them."""

from rest_framework import serializers

from innovation.notices.models import Notice


class WaitingItemSerializer(serializers.Serializer):
    title = serializers.CharField()
    sentence = serializers.CharField()
    url = serializers.CharField()
    since = serializers.DateTimeField()
    kind = serializers.CharField()
    action_label = serializers.CharField()


class NoticeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Notice
        fields = ("id", "at", "title", "text", "subject", "url", "read_at")
