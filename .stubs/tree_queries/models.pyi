from typing import Any, Self

from django.db import models
from tree_queries.query import TreeQuerySet

class TreeNode(models.Model):
    objects: models.Manager[Any]

    class Meta:
        abstract = True

    def ancestors(self, *, include_self: bool = ...) -> TreeQuerySet[Self]: ...
    def descendants(self, *, include_self: bool = ...) -> TreeQuerySet[Self]: ...
