"""Every toolchain by name."""

from __future__ import annotations

from xport.errors import InputError
from xport.toolchains.tensorflow import TENSORFLOW
from xport.toolchains.toolchain import Toolchain

TOOLCHAINS = {toolchain.name: toolchain for toolchain in (TENSORFLOW,)}


def toolchain_named(name: str) -> Toolchain:
    """The toolchain of a name.

    Raises:
        InputError: there is none.
    """
    if name not in TOOLCHAINS:
        raise InputError("no toolchain has this name", name, f"name one of {', '.join(TOOLCHAINS)}")
    return TOOLCHAINS[name]
