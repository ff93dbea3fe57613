"""The shape of what people write of planned change."""

from pilots.adoption.forms.groups import GroupChangeForm, GroupForm, GroupRemoveForm

__all__ = ["GroupChangeForm", "GroupForm", "GroupRemoveForm"]
