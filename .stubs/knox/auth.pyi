from django.db.models import Model
from rest_framework.authentication import BaseAuthentication

class TokenAuthentication(BaseAuthentication):
    def authenticate_credentials(self, token: bytes) -> tuple[Model, Model]: ...
