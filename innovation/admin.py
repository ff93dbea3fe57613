"""Django's admin as a back room: for looking, when the product's own pages do not answer.

It shows and changes nothing; what is done here would pass by the actions, their rules and the log.
Signing in is the product's own, with its second step.
"""

from functools import wraps
from typing import TYPE_CHECKING, TypeVar, cast

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from innovation.people.models import RoleGrant, Unit, User
from innovation.web import entrance
from innovation.web.entrance import View

Page = TypeVar("Page", bound=View)


class BackRoom(AdminSite):
    site_title = site_header = _("Pilotlight, the back room")
    index_title = _("For looking only")
    enable_nav_sidebar = False
    final_catch_all_view = False

    def admin_view(self, view: Page, cacheable: bool = False) -> Page:
        """As Django's, behind the second step of whoever is asked for one."""
        shown = super().admin_view(view, cacheable)

        @wraps(view)
        def entered(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if entrance.waits_for_second_factor(request):
                return entrance.to_second_factor(request)
            return shown(request, *args, **kwargs)

        return cast("Page", entered)


if TYPE_CHECKING:  # generic in the types alone
    ModelAdminOfAny = ModelAdmin[Model]
else:
    ModelAdminOfAny = ModelAdmin


class Looking(ModelAdminOfAny):
    """Everything can be read and nothing changed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the filters beside the list ask for. By itself Django lets the address ask for
        any column (5.2), so that `password__startswith` reads a hash letter by letter."""
        return lookup.partition("__")[0] in self.list_filter

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)


class UserLooking(Looking):
    list_display = ("name", "email", "unit", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("name", "email")
    exclude = ("password",)
    list_select_related = ("unit",)


class UnitLooking(Looking):
    list_display = ("name", "kind", "parent", "code", "closed_at")
    list_filter = ("kind",)
    search_fields = ("name", "code")
    list_select_related = ("parent",)


class GrantLooking(Looking):
    list_display = ("person", "role", "unit", "granted_at", "granted_by", "ends_on", "ended_at")
    list_filter = ("role",)
    search_fields = ("person__name", "unit__name")
    list_select_related = ("person", "unit", "granted_by")


back_room = BackRoom(name="back-room")
back_room.login = secure_admin_login(back_room.login)  # type: ignore[method-assign]
back_room.register(User, UserLooking)
back_room.register(Unit, UnitLooking)
back_room.register(RoleGrant, GrantLooking)
