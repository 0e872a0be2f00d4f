"""Runs that say one backend and did another's work, or none, or say two things of one probe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.saboteurs.bench import Held, with_web
from tests.saboteurs.mutations.evidence import Content, edited
from tests.saboteurs.mutations.numbers import WEBGL, judged
from tests.saboteurs.table import Mutation
from xport.exchange.witness import Witness, WitnessedModule
from xport.judgement.witness_checks import LONG

WASM = ("classifier", "tfjs/wasm")
CPU = ("classifier", "tfjs/cpu")
OTHER = "0" * 64


def saw(name: str, what: str, said: str, key: tuple[str, str] = WEBGL, **updates: Any) -> Mutation:
    """The witness of one leg saw something else."""
    return judged(name, what, said, lambda held: change(held, key, **updates))


def change(held: Held, key: tuple[str, str], **updates: Any) -> None:
    """Change what the witness of one leg saw."""
    held.change_web(key, witness=witness_of(held, key).model_copy(update=updates))


def witness_of(held: Held, key: tuple[str, str]) -> Witness:
    """What the witness of a leg saw."""
    environment = held.documents[key].environment
    assert environment is not None
    assert environment.web is not None
    assert environment.web.witness is not None
    return environment.web.witness


def of_other(key: tuple[str, str], source: tuple[str, str]) -> Callable[[Held], None]:
    """The account of one leg is another's."""
    return lambda held: held.change_web(key, witness=witness_of(held, source))


def engines_modules(held: Held) -> list[WitnessedModule]:
    """The modules that were instantiated on wasm: the engine's, and none that others have."""
    return [one for one in witness_of(held, WASM).modules if one.sha256 != LONG]


def unwatched(held: Held) -> None:
    """Draw calls were not watched."""
    watched = witness_of(held, WEBGL).watched
    change(held, WEBGL, watched=tuple(n for n in watched if not n.endswith(".drawElements")))


def another_module(held: Held) -> None:
    """The module that was instantiated is no file of the page."""
    others = [one.model_copy(update={"sha256": OTHER}) for one in engines_modules(held)]
    change(held, WASM, modules=tuple(others))


def module(**updates: Any) -> Callable[[Held], None]:
    """The module that was instantiated is of another kind."""

    def spoil(held: Held) -> None:
        found = [one.model_copy(update=updates) for one in engines_modules(held)]
        change(held, WASM, modules=tuple(found))

    return spoil


def another_script(held: Held) -> None:
    """The page that ran has another witness than the one that ships."""
    for key, recording in list(held.documents.items()):
        web = recording.environment.web if recording.environment else None
        if web is not None:
            held.change_web(key, files=web.files | {"witness.js": OTHER})


def without_script(held: Held) -> None:
    """The page that ran has no witness, and the plan asks for none."""
    page = held.plan.page
    assert page is not None
    files = {name: digest for name, digest in page.files.items() if name != "witness.js"}
    held.plan = held.plan.model_copy(update={"page": page.model_copy(update={"files": files})})
    for key, recording in list(held.documents.items()):
        web = recording.environment.web if recording.environment else None
        if web is not None:
            held.change_web(key, files=files)


def prepared_without(held: Held) -> None:
    """The model that ran on prepared images has no account."""
    for key, recording in held.prepared.items():
        if recording.environment and recording.environment.web:
            held.prepared[key] = with_web(recording, witness=None)


def preparing_without(held: Held) -> None:
    """The page that prepared images has no account."""
    assert held.preparations is not None
    assert held.preparations.environment is not None
    environment = held.preparations.environment.model_copy(update={"witness": None})
    held.preparations = held.preparations.model_copy(update={"environment": environment})


def again(gap: float, *, strict: bool) -> Callable[[Held], None]:
    """One probe gave another probability when it was run again on WebGL."""

    def spoil(held: Held) -> None:
        found = held.documents[WEBGL].again_digests
        probe = next(iter(found))
        digests = found | {probe: found[probe] | {"probabilities": OTHER}}
        differences = {probe: {"probabilities": gap}}
        held.change(WEBGL, again_digests=digests, differences=differences)
        policy = held.plan.policy.model_copy(update={"require_determinism": strict})
        held.plan = held.plan.model_copy(update={"policy": policy})

    return spoil


def once(held: Held) -> None:
    """One probe was run once."""
    found = dict(held.documents[WEBGL].again_digests)
    found.popitem()
    held.change(WEBGL, again_digests=found)


def no_accounts(content: Content) -> None:
    """Nothing of what the witness saw is in the evidence."""
    for recording in content["recordings"]:
        web = (recording["environment"] or {}).get("web")
        if web:
            del web["witness"]


def nothing_again(content: Content) -> None:
    """Nothing of second runs is in the evidence."""
    for recording in content["recordings"]:
        recording["again"] = {}


def earlier_rules(content: Content) -> None:
    """The evidence says that it was judged by rules that knew no witness."""
    content["rules"] = 2


def earlier_version(content: Content) -> None:
    """The evidence is called one of version 3, which knew no witness, and has none."""
    no_accounts(content)
    nothing_again(content)
    content["schema_version"] = content["plan"]["schema_version"] = 3
    del content["rules"]
    kept = [c for c in content["verdict"]["checks"] if c["name"] not in ("witness", "determinism")]
    content["verdict"]["checks"] = kept


MUTATIONS = [
    saw(
        "says WebGL and drew nothing",
        "The engine says WebGL, and not one draw call reached the browser.",
        "it says webgl and drew nothing",
        draws=0,
    ),
    saw(
        "drew while it warmed up, and not for a probe",
        "WebGL was used once; the probes were computed elsewhere.",
        "nothing was drawn in",
        idle=16,
    ),
    saw(
        "drew for all probes but one",
        "One run of a probe drew nothing: its outputs come from somewhere else.",
        "nothing was drawn in 1 of",
        idle=1,
    ),
    saw(
        "fewer draw calls than runs",
        "A handful of draw calls for all probes together.",
        "3 draw calls were seen in",
        draws=3,
    ),
    saw(
        "drew without a program",
        "Draw calls were made, and no program was ever linked.",
        "it says webgl and linked no program",
        programs=0,
    ),
    saw(
        "drew and read nothing back",
        "Something was drawn for show; no output was read back from WebGL.",
        "it says webgl and read nothing back",
        reads=0,
    ),
    saw(
        "interfaces grabbed before the witness",
        "Something stood before the browser's own draw calls when the witness began.",
        "WebGL2RenderingContext.drawElements was not the browser's own when the witness began",
        foreign=("WebGL2RenderingContext.drawElements",),
    ),
    saw(
        "a counter taken away",
        "The browser's draw call was put back in the place of the witness's.",
        "WebGL2RenderingContext.drawElements was taken from the witness",
        replaced=("WebGL2RenderingContext.drawElements",),
    ),
    judged(
        "a witness that does not look",
        "The witness watched all of WebGL but drawElements, by which every program is run.",
        "WebGL2RenderingContext.drawElements was not watched",
        unwatched,
    ),
    judged(
        "the account of another leg",
        "The wasm leg's account stands in the WebGL leg's recording.",
        "it says webgl and drew nothing",
        of_other(WEBGL, WASM),
    ),
    judged(
        "says wasm and drew",
        "The engine says wasm; the browser was asked to draw, as WebGL's engine does.",
        "it says wasm and drew",
        of_other(WASM, WEBGL),
    ),
    saw(
        "says wasm and instantiated nothing",
        "The engine says wasm, and no WebAssembly module was instantiated.",
        "it says wasm and instantiated no WebAssembly module",
        WASM,
        instantiations=0,
        modules=(),
    ),
    judged(
        "another WebAssembly module",
        "What was instantiated is not a file of the page.",
        "it says wasm and instantiated a WebAssembly module that is not the page's",
        another_module,
    ),
    judged(
        "wasm without SIMD",
        "The engine says that SIMD runs; the module that was instantiated has no vector in it.",
        "it says wasm and no SIMD ran, other than the engine says",
        module(simd=False),
    ),
    judged(
        "wasm with other threads",
        "The engine says one thread; its module was given a memory that threads share.",
        "and its memory is not what they need",
        module(threads=True),
    ),
    judged(
        "says cpu and drew",
        "The engine says plain JavaScript; the browser was asked to draw.",
        "it says cpu and drew",
        of_other(CPU, WEBGL),
    ),
    judged(
        "says cpu and instantiated WebAssembly",
        "The engine says plain JavaScript; it instantiated a module.",
        "it says cpu and instantiated the WebAssembly module",
        of_other(CPU, WASM),
    ),
    saw(
        "submitted to WebGPU meanwhile",
        "WebGL was used, and WebGPU too.",
        "it says webgl and submitted 40 times to WebGPU",
        submits=40,
    ),
    saw(
        "fewer runs than probes",
        "The page ran the model less often than there are recorded outputs.",
        "2 runs were seen",
        runs=2,
        idle=0,
    ),
    judged(
        "counts deleted from the recording",
        "The WebGL recording has no account of the witness; it is missed, not passed over.",
        "the recording has no account of the page's witness",
        lambda held: held.change_web(WEBGL, witness=None),
    ),
    judged(
        "witness script replaced",
        "Every leg ran a witness that is another file than the one that ships.",
        "witness.js of the page that ran is not the file that the plan names",
        another_script,
    ),
    judged(
        "a page without a witness",
        "The page that ran has no witness, nor does the plan name one.",
        "witness.js is not among the page's files",
        without_script,
    ),
    judged(
        "prepared images without a witness",
        "The model that ran on prepared images has no account of the witness.",
        "the recording has no account of the page's witness",
        prepared_without,
    ),
    judged(
        "images prepared without a witness",
        "The page that prepared the images has no account of the witness.",
        "the recording has no account of the page's witness",
        preparing_without,
    ),
    judged(
        "second run of a probe differs under a strict policy",
        "WebGL gives another probability when a probe is run again; the policy requires the same.",
        "1 of 8 probes differ when they are run again, by up to 1e-07",
        again(1e-7, strict=True),
    ),
    judged(
        "a probe that was run once",
        "One probe was not run a second time.",
        "7 of 8 probes were run twice",
        once,
        "NOT_RUN",
    ),
    edited(
        "counts deleted from the evidence",
        "The evidence in the bundle has no account of a witness.",
        "witness: PASSED stands there",
        no_accounts,
    ),
    edited(
        "second runs deleted from the evidence",
        "The evidence in the bundle has nothing of second runs.",
        "determinism: PASSED stands there",
        nothing_again,
    ),
    Mutation(
        "evidence by earlier rules",
        "The evidence says that it was judged by rules that asked for no witness.",
        "verify",
        "refused, exit code 2",
        "that was judged by rules 2, not 3",
        lambda bench: bench.evidence(earlier_rules),
    ),
    edited(
        "evidence made older",
        "The evidence is called one of version 3, and what that version did not have is taken out.",
        "the page has a witness, the evidence is of rules 2, without one",
        earlier_version,
    ),
]
