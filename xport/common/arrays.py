"""The array type of the project: any shape, any dtype; and arrays by the names of a signature."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]

Tensors: TypeAlias = Mapping[str, Array]
"""A model's inputs or outputs by their names in its signature."""
