from collections.abc import Callable, Iterable, Mapping
from typing import Any, ParamSpec, Protocol, TypeVar, overload

_P = ParamSpec("_P")
_R = TypeVar("_R", covariant=True)

class _Task(Protocol[_P, _R]):
    name: str
    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> _R: ...
    def delay(self, *args: _P.args, **kwargs: _P.kwargs) -> object: ...

@overload
def shared_task(work: Callable[_P, _R]) -> _Task[_P, _R]: ...
@overload
def shared_task(*, expires: float = ...) -> Callable[[Callable[_P, _R]], _Task[_P, _R]]: ...

class Celery:
    conf: Any
    control: Any
    tasks: Mapping[str, _Task[..., object]]
    def __init__(self, main: str) -> None: ...
    def config_from_object(self, obj: str, *, namespace: str) -> None: ...
    def autodiscover_tasks(self, packages: Iterable[str]) -> None: ...
    def send_task(
        self,
        name: str,
        *,
        kwargs: Mapping[str, object] = ...,
        headers: Mapping[str, object] = ...,
        retry: bool = ...,
    ) -> object: ...
    def connection_for_write(self, *, transport_options: Mapping[str, object] = ...) -> Any: ...

current_app: Celery
