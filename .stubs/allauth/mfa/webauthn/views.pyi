from django.forms import Form
from django.views.generic import FormView

class AddWebAuthnView(FormView[Form]): ...
