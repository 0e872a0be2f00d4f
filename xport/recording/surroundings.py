"""What of this machine and of what is installed may change what a recording says."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import psutil

from xport.common import digests
from xport.common.version import __version__
from xport.errors import XportError
from xport.exchange.recording import WebEnvironment
from xport.toolchains.interpreters import interpreter_for, tool_versions
from xport.toolchains.known import TOOLCHAINS

ROOT = Path(__file__).resolve().parents[2]
CODE = ("xport", "reference", "browser_harness")
"""The packages of this project whose code takes part in recording."""

NO_CODE = ("node_modules", "__pycache__")

SWITCHES = (
    *("OMP_", "KMP_", "MKL_", "OPENBLAS_", "GOTO_", "ATEN_", "TORCH_", "PYTORCH_", "ORT_", "TF_"),
    *("ONEDNN_", "DNNL_", "MESA_", "GALLIUM_", "LIBGL_", "LP_", "ST_", "EGL_", "__EGL_", "NV_"),
    *("__GL", "VK_", "ANGLE_", "CUDA_", "XPORT_BROWSER", "XPORT_TOOLCHAIN", "PYTHONHASHSEED"),
)
"""How environment variables begin that frameworks and drivers listen to."""

DRIVERS = ("dri/*_dri.so", "libgallium*.so*", "libEGL_mesa.so*", "libGLX_mesa.so*", "libLLVM*.so*")
NVIDIA = Path("/proc/driver/nvidia/version")
LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/lib/*-linux-gnu", "/usr/local/lib")

PROGRAMS = ("chromium", "chrome", "libvk_swiftshader.so", "libGLESv2.so")
"""Of a browser: its program is a script on some systems, with the real one elsewhere."""

ALWAYS = (
    *("browser", "version", "user_agent", "launch_flags", "tfjs", "tfjs_flags", "files"),
    *("hardware_concurrency", "cross_origin_isolated"),
)
"""What a browser says of itself and of its page on every backend."""

OF_WEBGL = (
    *("renderer", "vendor", "webgl", "max_texture_size", "render_float32", "mantissa_bits"),
    "graphics",
)


def surroundings() -> dict[str, Any] | None:
    """Everything here that may change a recording, as JSON; None where that is not known.

    So it is where nothing names the processor, or this project's code was changed after this
    process began, which may have read either.

    Code by digest, every installed package and toolchain by version, drivers by size and time, what
    the system says of processor and threads, and the variables that frameworks heed.
    """
    processor = processor_model()
    if not processor or _latest() > psutil.Process().create_time():
        return None
    return {
        "xport": __version__,
        "code": code_digest(),
        "packages": sorted(
            {f"{found.metadata['Name']} {found.version}" for found in metadata.distributions()}
        ),
        "toolchains": {name: _toolchain(name) for name in TOOLCHAINS},
        "python": sys.version,
        "platform": platform.platform(),
        "processor": processor,
        "processors": [os.cpu_count(), _usable()],
        "drivers": sorted(_drivers()),
        "switches": {
            name: value for name, value in sorted(os.environ.items()) if name.startswith(SWITCHES)
        },
    }


def browser_facts(web: WebEnvironment, backend: str) -> dict[str, Any]:
    """What must be equal of a browser for its recording to be taken, as JSON.

    What wasm runs on (SIMD, say) is decided by the browser's version and the processor.
    """
    names = (*ALWAYS, *OF_WEBGL) if backend == "webgl" else ALWAYS
    found: dict[str, Any] = web.model_dump(mode="json", include={*names})
    return found


def browser_file(named: str | None) -> dict[str, Any]:
    """The browser's program, by place, size and time: two builds may call themselves the same.

    Raises:
        XportError: there is none.
    """
    from browser_harness.launch.browsers import installed_browser

    path = installed_browser(named).resolve()
    folders = [path.parent, *(Path("/usr/lib") / name for name in ("chromium", "chromium-browser"))]
    inner = {path, *(folder / name for folder in folders for name in PROGRAMS)}
    return {"browser": sorted(_stamp(one) for one in inner if one.is_file())}


def code_digest() -> str:
    """Of every Python file that takes part in recording: another code state records anew."""
    return digests.of_listing(
        {path.relative_to(ROOT).as_posix(): digests.of_file(path) for path in _code()}
    )


def _latest() -> float:
    return max(path.stat().st_mtime for path in _code())


def _code() -> Iterator[Path]:
    for package in CODE:
        for folder, inner, names in os.walk(ROOT / package):
            inner[:] = [name for name in inner if name not in NO_CODE]
            yield from (Path(folder) / name for name in names if name.endswith(".py"))


def processor_model() -> str:
    """The processor's name, and on Linux what it can do; empty where nothing says so."""
    if sys.platform == "linux":
        return _from_cpuinfo(Path("/proc/cpuinfo"))
    if sys.platform == "darwin":
        asked = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
        try:
            done = subprocess.run(asked, capture_output=True, text=True, timeout=10)
        except (OSError, subprocess.SubprocessError):
            return ""
        return done.stdout.strip()
    return platform.processor()


def _from_cpuinfo(path: Path) -> str:
    wanted = ("model name", "cpu family", "model", "stepping", "microcode", "flags")
    arm = ("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "Features")
    try:
        lines = path.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    named = (line.partition(":")[::2] for line in lines)
    found = {f"{n.strip()}={v.strip()}" for n, v in named if n.strip() in (*wanted, *arm)}
    return "; ".join(sorted(found))


def _usable() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0


def _toolchain(name: str) -> Mapping[str, Any]:
    toolchain = TOOLCHAINS[name]
    try:
        python = str(interpreter_for(toolchain).python)
        versions = tool_versions(toolchain, toolchain.packages)
    except XportError as error:
        python, versions = f"none: {error.what}", {}
    return {"lock": toolchain.digest, "python": python, "versions": versions}


def _drivers() -> Iterator[str]:
    if NVIDIA.is_file():
        yield NVIDIA.read_text(errors="replace")
    for pattern in LIBRARIES:
        for folder in Path("/").glob(pattern.lstrip("/")):
            for name in DRIVERS:
                yield from (_stamp(path) for path in folder.glob(name) if path.is_file())


def _stamp(path: Path) -> str:
    stat = path.stat()
    return f"{path} {stat.st_size} {stat.st_mtime_ns}"
