"""NumPy, loaded when the first of its names is used: a workspace that is opened to be looked at does not wait for it.

It takes a tenth of the start of the window. A module whose work is arrays from the first line on imports numpy itself.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Places = NDArray[np.intp]
    Flags = NDArray[np.bool_]
else:
    Numbers = Places = Flags = Any

    class _Late:
        def __getattr__(self, name: str) -> Any:
            import numpy

            value = getattr(numpy, name)
            setattr(self, name, value)
            return value

    np = _Late()

__all__ = ["Flags", "Numbers", "Places", "np"]
