"""The verbs of planned change."""

from pilots.adoption.actions.groups import change_group, name_group, remove_group

__all__ = ["change_group", "name_group", "remove_group"]
