"""Where each leg ran: equal environments told once, with the legs that share them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.release.reading import Reading
from xport.exchange.recording import Environment, WebEnvironment


@dataclass(frozen=True)
class Location:
    """One environment as rows of words, and the `model/leg` names that ran in it."""

    legs: tuple[str, ...]
    environment: Environment

    @property
    def title(self) -> str:
        """The browser and its version, or the runner's name."""
        web = self.environment.web
        return f"{web.browser} {web.version}" if web else self.environment.runner

    def rows(self) -> list[tuple[str, str]]:
        """Properties and their values, for a person."""
        environment = self.environment
        rows = [("Platform", environment.platform)]
        if environment.threads is not None:
            rows.append(("Threads", str(environment.threads)))
        rows += [(f"Tool: {name}", version) for name, version in environment.tools.items()]
        if environment.web is None:
            return rows
        return [*_web_rows(environment.web), ("Runner", environment.runner), *rows]


def locations(reading: Reading) -> list[Location]:
    """Every environment that occurs, browsers first, in the plan's order."""
    found: list[tuple[Environment, list[str]]] = []
    for recording in reading.evidence.recordings:
        if recording.environment is None:
            continue
        environment = _without_model_files(recording.environment)
        name = f"{recording.model}/{recording.leg}"
        for known, names in found:
            if known == environment:
                names.append(name)
                break
        else:
            found.append((environment, [name]))
    return sorted(
        (Location(tuple(names), environment) for environment, names in found),
        key=lambda location: location.environment.web is None,
    )


def engine_files(reading: Reading) -> dict[str, tuple[str, ...]]:
    """Digests of the page, engine and wasm files that ran; more than one where they differ."""
    found: dict[str, tuple[str, ...]] = {}
    for recording in reading.evidence.recordings:
        web = recording.environment.web if recording.environment else None
        for name, digest in web.files.items() if web else ():
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), digest)))
    return dict(sorted(found.items()))


def _without_model_files(environment: Environment) -> Environment:
    if environment.web is None:
        return environment
    web = environment.web.model_copy(update={"model_files": {}})
    return environment.model_copy(update={"web": web})


def _web_rows(web: WebEnvironment) -> list[tuple[str, str]]:
    webgl = [
        ("Renderer", web.renderer),
        ("Vendor", web.vendor),
        ("Graphics", web.graphics),
        ("WebGL", web.webgl),
        ("float32 render targets", web.render_float32),
        ("Largest texture, pixels", web.max_texture_size),
    ]
    wasm = [
        ("wasm SIMD", web.wasm_simd),
        ("wasm threads", web.wasm_threads),
        ("wasm threads asked for", web.requested_threads),
    ]
    return [
        ("Backend", f"{web.backend} (asked for {web.requested_backend})"),
        ("Mantissa bits", f"{web.mantissa_bits}, measured ({_precision(web.mantissa_bits)})"),
        *_backend_rows(webgl, web.backend == "webgl"),
        *_backend_rows(wasm, web.backend == "wasm"),
        ("Cross-origin isolated", _known(web.cross_origin_isolated)),
        ("Hardware concurrency", str(web.hardware_concurrency)),
        ("TensorFlow.js", web.tfjs),
        ("User agent", web.user_agent),
        ("Launch flags", " ".join(web.launch_flags) or "none"),
    ]


def _backend_rows(
    rows: Sequence[tuple[str, str | int | None]], runs: bool
) -> Iterator[tuple[str, str]]:
    """Rows of a backend: all of them where it runs, else only what is known of it."""
    for name, value in rows:
        if runs or value is not None:
            yield name, _known(value)


def _known(value: str | int | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not known" if value is None else str(value)


def _precision(bits: int) -> str:
    return {23: "float32", 10: "float16", 52: "float64"}.get(bits, "neither float32 nor float16")
