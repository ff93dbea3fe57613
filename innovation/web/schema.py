"""What the OpenAPI schema says of each operation besides its shapes."""

from drf_spectacular.openapi import AutoSchema

from innovation.web.entrance import Door
from innovation.web.scopes import Scope


class ScopedSchema(AutoSchema):
    """Names the scope that a token needs for it, in words and for programs (`x-token-scope`)."""

    def token_scope(self) -> Scope | None:
        """As the door of the view asks for it."""
        [door] = self.view.get_permissions()
        assert isinstance(door, Door)
        return door.scope_for(self.method)

    def get_extensions(self) -> dict[str, object]:
        scope = self.token_scope()
        return {"x-token-scope": scope.value if scope else None}

    def get_description(self) -> str:  # type: ignore[override]  # as the library's own
        scope = self.token_scope()
        needed = f"A token needs the scope `{scope.value}`." if scope else "No token does this."
        return "\n\n".join(filter(None, (super().get_description(), needed)))
