"""Functions of numbers or of arrays, elementwise: an array for an array, a number for numbers."""

from typing import Any, Protocol, overload

import numpy as np
from numpy.typing import NDArray

class _Function(Protocol):
    # A number for numbers is the narrower of the two, which mypy reports in some orders of reading.
    @overload
    def __call__(self, *x: float) -> float: ...  # type: ignore[overload-overlap, unused-ignore]
    @overload
    def __call__(self, *x: NDArray[Any] | float) -> NDArray[np.float64]: ...

betainc: _Function
betaincinv: _Function
betaln: _Function
chdtrc: _Function
chdtri: _Function
erfcx: _Function
expit: _Function
fdtrc: _Function
gamma: _Function
gammainc: _Function
gammaincc: _Function
gammaincinv: _Function
gammaln: _Function
log_ndtr: _Function
logit: _Function
nctdtr: _Function
nctdtrinc: _Function
ndtr: _Function
ndtri: _Function
poch: _Function
stdtr: _Function
stdtrit: _Function
xlog1py: _Function
xlogy: _Function
zeta: _Function
