"""What waits for somebody, and what they were told."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from innovation.notices import actions as notices
from innovation.notices import mail_off
from innovation.notices.forms import NewsForm
from innovation.notices.kinds import kinds
from innovation.notices.models import Notice
from innovation.people.request import PersonRequest
from innovation.web import paging, panels
from innovation.web.entrance import require, signed_in
from innovation.web.form_step import form_page, refusal_shown_on
from innovation.web.keys import key_of


@require()
@require_safe
def waiting(request: PersonRequest) -> HttpResponse:
    """The start page: what waits for this person, longest first, and their latest news."""
    user = request.user
    items = panels.waiting_on(request)
    context = {
        "items": items,
        "oldest": items[0] if items else None,
        "news": Notice.objects.visible_to(user).unread()[:6],
        "unread": Notice.objects.visible_to(user).unread().count(),
        "may_submit": user.may("needs.submit"),
    }
    return render(request, "innovation/notices/waiting.html", context)


@require()
@require_safe
def inbox(request: PersonRequest) -> HttpResponse:
    user = request.user
    own = Notice.objects.visible_to(user)
    unread_only = request.GET.get("show") == "unread"
    context = {
        "page": paging.page_of(request, own.unread() if unread_only else own),
        "unread": own.unread().count(),
        "unread_only": unread_only,
        "views": [
            (_("All"), request.path, not unread_only),
            (_("Unread"), f"{request.path}?show=unread", unread_only),
        ],
    }
    return render(request, "innovation/notices/inbox.html", context)


@require()
@require_safe
def notice_open(request: PersonRequest, pk: int) -> HttpResponse:
    """Follow a notice to what it is about; it counts as read from then on."""
    user = request.user
    notice = get_object_or_404(Notice.objects.visible_to(user), pk=pk)
    notices.mark_read(Notice.objects.filter(pk=pk), by=user, at=timezone.now())
    if not url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        return redirect("innovation:inbox")
    return redirect(notice.url)


@require()
@require_POST
def inbox_read(request: PersonRequest) -> HttpResponse:
    """Mark one's notices as read: those named in the form, or all."""
    user = request.user
    keys = [key for text in request.POST.getlist("notice") if (key := key_of(text)) is not None]
    own = Notice.objects.visible_to(user)
    notices.mark_read(own.filter(pk__in=keys) if keys else own, by=user, at=timezone.now())
    return redirect("innovation:inbox")


@signed_in
def news(request: PersonRequest) -> HttpResponse:
    """What is sent to this person, and how."""
    form = NewsForm(request.POST or None, person=request.user)
    if request.method == "POST" and form.is_valid():
        with refusal_shown_on(form):
            notices.choose(
                by=request.user,
                at=timezone.now(),
                deliveries=form.deliveries(),
                hour=form.cleaned_data["hour"],
            )
            messages.success(request, _("Saved. From now on you are told like this."))
            return redirect("innovation:news")
    return form_page(request, "innovation/notices/news.html", {"form": form}, form=form)


@csrf_exempt  # the reader's mail program posts here by itself (RFC 8058); the link is what it may
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mail_off_page(request: HttpRequest, token: str) -> HttpResponse:
    """Open to whoever has the mail. Opening the page changes nothing: programs that look at mails
    follow every link in them."""
    link = mail_off.read(token)
    if link is None:
        return render(request, "innovation/notices/mail_off_over.html", status=404)
    if request.method == "POST":
        notices.stop(link, at=timezone.now())
    context = {
        "kind": kinds()[link.kind] if link.kind else None,
        "person": link.person,
        "is_done": request.method == "POST",
    }
    return render(request, "innovation/notices/mail_off.html", context)
