"""Import contracts that follow from the list of rooms, so a new room edits none of them."""

from __future__ import annotations

from typing import Any

from importlinter.contracts.layers import LayersContract

from innovation import house


class RoomsContract(LayersContract):
    """A room knows only rooms that stand before it in `innovation/house.py`."""

    def __init__(
        self, name: str, session_options: dict[str, Any], contract_options: dict[str, Any]
    ) -> None:
        layers = list(reversed(house.rooms()))
        super().__init__(name, session_options, {**contract_options, "layers": layers})


class FilesContract(LayersContract):
    """The layers of files hold inside every room but those whose files go by their own names."""

    def __init__(
        self, name: str, session_options: dict[str, Any], contract_options: dict[str, Any]
    ) -> None:
        plates = house.plates().items()
        containers = [room for room, plate in plates if not plate.files_of_its_own]
        super().__init__(name, session_options, {**contract_options, "containers": containers})
