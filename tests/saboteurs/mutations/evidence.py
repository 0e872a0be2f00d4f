"""Evidence edited by hand in a bundle, with the manifest's digests redone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tests.saboteurs.table import Mutation

Content = dict[str, Any]
Spoil = Callable[[Content], object]


def edited(name: str, what: str, said: str, spoil: Spoil) -> Mutation:
    """An edit of a bundle's evidence, which `verify` must refuse."""
    return Mutation(
        name,
        what,
        "verify",
        "refused, exit code 3",
        said,
        lambda bench: bench.evidence(spoil),
    )


def checks(content: Content) -> list[Content]:
    """The checks of a verdict."""
    found: list[Content] = content["verdict"]["checks"]
    return found


def of_webgl(content: Content) -> Iterator[Content]:
    """The comparisons of the WebGL leg with PyTorch, of the classifier's probabilities."""
    for one in content["comparisons"]:
        key = (one["model"], one["leg"], one["output"], one["role"])
        if key == ("classifier", "tfjs/webgl", "probabilities", "reference"):
            yield one


def own_gap(content: Content) -> Content:
    """PyTorch's own distance from float64, of the gradient."""
    keys = ("explanation", "torch", "gradient", "float64")
    return next(
        c for c in content["comparisons"] if (c["model"], c["leg"], c["output"], c["role"]) == keys
    )


def removed(content: Content) -> None:
    """Take one check away."""
    del checks(content)[5]


def none(content: Content) -> None:
    """Take all checks away."""
    checks(content).clear()


def failed(content: Content) -> None:
    """A check is FAILED, the verdict PASSED."""
    checks(content)[3]["status"] = "FAILED"


def beyond(content: Content) -> None:
    """What was measured is beyond its bound, in the check."""
    check = next(c for c in checks(content) if c["bound"])
    check["measured"] = 10 * check["bound"]


def bound(content: Content) -> None:
    """The bound of a check is a thousand times wider."""
    check = next(c for c in checks(content) if c["bound"])
    check["bound"] *= 1000


def beyond_everywhere(content: Content) -> None:
    """The comparison itself says what no check says."""
    for one in of_webgl(content):
        one["pooled"]["max_abs"] = 0.5


def smaller(content: Content) -> None:
    """What was measured is made smaller, pooled alone."""
    for one in of_webgl(content):
        one["pooled"]["max_abs"] /= 10


def smaller_everywhere(content: Content) -> None:
    """What was measured is made smaller, on every probe too."""
    for one in of_webgl(content):
        for metrics in (one["pooled"], *one["probes"].values()):
            metrics["max_abs"] /= 10


def softer_gap(content: Content) -> None:
    """PyTorch's own gap is a thousand times wider, and so is what a device's self-test allows."""
    own_gap(content)["pooled"]["relative_l2"] *= 1000


def softer_gap_everywhere(content: Content) -> None:
    """PyTorch's own gap is wider on every probe too."""
    gap = own_gap(content)
    for metrics in (gap["pooled"], *gap["probes"].values()):
        metrics["relative_l2"] *= 3


def counted(content: Content) -> None:
    """The facts count values that are not numbers."""
    content["facts"][4]["nan"] = 3


def no_facts(content: Content) -> None:
    """The facts of one leg are gone."""
    content["facts"] = [f for f in content["facts"] if f["leg"] != "tfjs/webgl"]


def no_shipped_leg(content: Content) -> None:
    """No recording of a leg that ships."""
    content["recordings"] = [r for r in content["recordings"] if not r["leg"].startswith("tfjs/")]


def no_comparison(content: Content) -> None:
    """One comparison is gone, and its checks stay."""
    content["comparisons"] = [
        c for c in content["comparisons"] if (c["leg"], c["role"]) != ("tfjs/wasm", "counterpart")
    ]


def twice(content: Content) -> None:
    """A second, better comparison of the same pair stands after the first."""
    content["comparisons"].append(content["comparisons"][0])


def tolerance(content: Content) -> None:
    """The policy's tolerance is raised."""
    content["plan"]["policy"]["tolerances"][0]["max_abs"] = 1.0


def ratio(content: Content) -> None:
    """What a gradient may differ by is a hundred times PyTorch's own gap."""
    content["plan"]["policy"]["relative_tolerances"][0]["max_ratio_to_float64_gap"] = 100.0


def fewer_probes(content: Content) -> None:
    """The policy asks for one probe."""
    content["plan"]["policy"]["min_probes"] = 1


def without_leg(content: Content) -> None:
    """The plan has no leg on WebGL any more."""
    for model in content["plan"]["models"]:
        model["legs"].remove("tfjs/webgl")


def renderer(content: Content) -> None:
    """The software renderer is called a GPU, beside its own name."""
    for recording in content["recordings"]:
        if recording["leg"] == "tfjs/webgl":
            recording["environment"]["web"]["backend"] = "webgpu"


def page_files(content: Content) -> None:
    """No leg lists what of the page ran."""
    for recording in content["recordings"]:
        web = (recording["environment"] or {}).get("web")
        if web:
            web["files"] = {}


def no_prepared(content: Content) -> None:
    """What models said of prepared images is gone."""
    content["prepared"] = []


def no_preparations(content: Content) -> None:
    """What the pipelines made of images is gone."""
    content["preparations"] = None


def failing(content: Content) -> None:
    """The verdict itself is FAILED, the manifest says PASSED."""
    content["verdict"]["status"] = "FAILED"


def other_policy(content: Content) -> None:
    """The verdict was passed under another policy."""
    content["other_policy"] = {"file": "soft.toml", "sha256": "0" * 64}


def advisory(content: Content) -> None:
    """A failure is called advisory."""
    check = checks(content)[-1]
    check |= {"status": "FAILED", "advisory": "everybody knows that it is off"}


def added(content: Content) -> None:
    """A check that nobody made."""
    checks(content).append(checks(content)[0] | {"name": "approved by a physician"})


def digest(content: Content) -> None:
    """A recording does not say what its outputs are."""
    content["recordings"][4]["outputs"] = {}


def older_version(content: Content) -> None:
    """The evidence says that it is of version 2."""
    content["schema_version"] = 2
    content["plan"]["schema_version"] = 2
    for key in ("rules", "preparations", "prepared", "sensitivity", "detectable_errors"):
        content.pop(key)
    content.pop("implementations")


def another_xport(content: Content) -> None:
    """Another xport is said to have judged."""
    content["xport"] = "0.0.9"


def no_page(content: Content) -> None:
    """The plan names no page, and recordings are of that plan."""
    content["plan"]["page"] = None


def no_sensitivity(content: Content) -> None:
    """What the probes see of errors in the weights is taken out."""
    content["sensitivity"] = []
    content["detectable_errors"] = []


def other_artifacts(content: Content) -> None:
    """What implementations differ by was measured with another ONNX file."""
    content["implementations"][0]["artifacts"]["onnx"] = "0" * 64


def finer(content: Content) -> None:
    """The probes are said to see a thousandth of what they do."""
    content["detectable_errors"][0]["smallest"] /= 1000


def finer_everywhere(content: Content) -> None:
    """The same, and a trial that says so."""
    finer(content)
    group = content["sensitivity"][0]["groups"][0]
    smallest = content["detectable_errors"][0]["smallest"]
    failing = max(group["trials"], key=lambda trial: trial["error"])
    group["trials"].append({**failing, "error": smallest})
    content["detectable_errors"][0]["passes"] = None


def title(content: Content) -> None:
    """The release has another title in the evidence."""
    content["plan"]["title"] = "Another release"


MUTATIONS = [
    edited(
        "check removed", "One check that passed is taken out of the verdict.", "is missing", removed
    ),
    edited(
        "called version 2",
        "The evidence is written as an older version has it, without what that did not have.",
        "the page has a witness, the evidence is of rules 1, without one",
        older_version,
    ),
    edited(
        "called another xport's",
        "The evidence says that another xport judged it, so that the report is not rendered again.",
        "the tools is not that of the evidence",
        another_xport,
    ),
    edited(
        "no page named",
        "The plan names no page any more, so that any page would do.",
        "the plan names no page",
        no_page,
    ),
    edited(
        "detectable errors removed",
        "What the probes see of errors in the weights is taken out.",
        "what its probes see of errors in the weights is not there",
        no_sensitivity,
    ),
    edited(
        "implementations of another model",
        "What other implementations differ by was measured with another ONNX file.",
        "other implementations were measured with other artifacts",
        other_artifacts,
    ),
    edited(
        "detectable errors smaller",
        "The probes are said to see a thousandth of the error that they do.",
        "the detectable errors are not what the trials give",
        finer,
    ),
    edited(
        "detectable errors smaller, and a trial",
        "As before, and a trial stands there that would show it.",
        "an error passes that is larger than one that fails",
        finer_everywhere,
    ),
    edited(
        "no checks",
        "All checks are taken out; the verdict stays PASSED.",
        "classifier/torch: the check 'recorded' is missing",
        none,
    ),
    edited(
        "failed check, verdict PASSED",
        "One check says FAILED, the verdict PASSED.",
        "FAILED stands there",
        failed,
    ),
    edited(
        "verdict flipped",
        "The verdict says FAILED; the manifest says PASSED.",
        "the verdict is not that of the evidence",
        failing,
    ),
    edited(
        "measured beyond the bound",
        "A check that passed was measured at ten times its bound.",
        "stands there",
        beyond,
    ),
    edited(
        "bound raised",
        "A check's bound is a thousand times wider than the policy's.",
        "stands there",
        bound,
    ),
    edited(
        "comparison beyond every bound",
        "A comparison says half a probability, its checks say PASSED.",
        "the evidence gives FAILED",
        beyond_everywhere,
    ),
    edited(
        "measured made smaller",
        "A largest difference is a tenth of what its probes say.",
        "the largest difference is not that of its probes",
        smaller,
    ),
    edited(
        "measured made smaller on every probe",
        "As before, on every probe too; the listed differences give it away.",
        "is not the one that is listed",
        smaller_everywhere,
    ),
    edited(
        "own gap wider",
        "PyTorch's own gap is a thousand times wider: users' devices are tested softer.",
        "its relative L2 is not that of its probes",
        softer_gap,
    ),
    edited(
        "own gap wider on every probe",
        "As before, three times and on every probe too; the other legs' norm gives it away.",
        "by another norm of torch-float64 than other legs'",
        softer_gap_everywhere,
    ),
    edited(
        "NaN in the facts",
        "The facts count three values that are no numbers.",
        "3 NaN and 0 infinite values",
        counted,
    ),
    edited(
        "facts removed",
        "What the WebGL leg's outputs are like by themselves is not told.",
        "the output is missing",
        no_facts,
    ),
    edited(
        "no recording of what ships",
        "The recordings of the legs that ship are taken out.",
        "there is no recording",
        no_shipped_leg,
    ),
    edited(
        "comparison removed",
        "A comparison with the second route is taken out, its check stays.",
        "cannot be compared with tfjs-tf/wasm",
        no_comparison,
    ),
    edited(
        "two comparisons of one pair",
        "A comparison stands there twice.",
        "comparison stands there twice",
        twice,
    ),
    edited(
        "tolerance raised",
        "A tolerance in the plan is raised after the verdict.",
        "belongs to another conversion, other probes or another policy",
        tolerance,
    ),
    edited(
        "ratio raised",
        "A gradient may differ by a hundred times PyTorch's own gap.",
        "belongs to another conversion, other probes or another policy",
        ratio,
    ),
    edited(
        "fewer probes asked for",
        "The policy in the plan asks for one probe.",
        "belongs to another conversion, other probes or another policy",
        fewer_probes,
    ),
    edited(
        "a leg taken from the plan",
        "The plan in the evidence has no WebGL leg any more.",
        "a recording of no leg of the plan",
        without_leg,
    ),
    edited(
        "another backend told",
        "The WebGL leg's recording is said to be another backend's.",
        "backend 'webgpu' ran instead of 'webgl'",
        renderer,
    ),
    edited(
        "no page files told",
        "The recordings list nothing of the page, so that any engine would fit.",
        "no file of the page that ran is listed",
        page_files,
    ),
    edited(
        "no prepared recordings",
        "What models said of prepared images is taken out.",
        "it did not run on the prepared images",
        no_prepared,
    ),
    edited(
        "no preparations",
        "What the pipelines made of the images is taken out.",
        "nothing was prepared",
        no_preparations,
    ),
    edited(
        "judged under another policy",
        "The evidence is of a verdict under a softer policy.",
        "the policy is not that of the evidence",
        other_policy,
    ),
    edited(
        "failure called advisory",
        "A failed check is let stand beside the verdict, for no policy's reason.",
        "FAILED stands there",
        advisory,
    ),
    edited(
        "invented check",
        "A check stands there that nobody made.",
        "there is no check 'approved by a physician'",
        added,
    ),
    edited(
        "outputs not told",
        "A recording does not say what its outputs are.",
        "the digests of outputs are not of every probe and output",
        digest,
    ),
    edited(
        "evidence of another title",
        "The evidence is of a release with another title.",
        "title is not that of the evidence",
        title,
    ),
]
