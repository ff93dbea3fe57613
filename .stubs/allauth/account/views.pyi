from collections.abc import Callable

from django.forms import Form
from django.http import HttpResponse
from django.views.generic import FormView

class LoginView(FormView[Form]): ...
class ReauthenticateView(FormView[Form]): ...

logout: Callable[..., HttpResponse]
