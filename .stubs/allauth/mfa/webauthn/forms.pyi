from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.base_user import AbstractBaseUser

class AddWebAuthnForm(forms.Form):
    user: AbstractBaseUser

class AuthenticateWebAuthnForm(forms.Form):
    user: AbstractBaseUser
    def clean_credential(self) -> Authenticator: ...

class LoginWebAuthnForm(AuthenticateWebAuthnForm): ...
class ReauthenticateWebAuthnForm(AuthenticateWebAuthnForm): ...
class EditWebAuthnForm(forms.Form): ...
