"""How signing in works here: accounts are made by administrators, and closed ones stay out."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs themselves up; an administrator makes the account."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("innovation:profile")

    def format_email_subject(self, subject: str) -> str:
        return f"{settings.ORGANISATION}: {subject}"

    def get_reset_password_from_key_url(self, key: str) -> str:
        """In mail, addresses begin with the installation's own, whatever host was asked."""
        uid, _dash, rest = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": rest})
        return f"{settings.SITE_URL}{path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, object]) -> None:
        super().send_mail(
            template_prefix, email, {**context, "organisation": settings.ORGANISATION}
        )
