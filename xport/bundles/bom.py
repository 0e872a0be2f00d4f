"""bom.cdx.json: what a bundle consists of, for machines, as CycloneDX 1.6 has it.

Models with their sources, sets of images and figures, and the packages whose code is in the page.
It is made of the evidence and the page's terms alone, so whoever checks a bundle makes it again.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.exception import CycloneDxException
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.tool import ToolRepository
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

from xport.bundles.bom_models import (
    data_components,
    model_card,
    model_component,
    model_ref,
    properties,
)
from xport.bundles.manifest import NOTICE, Manifest
from xport.bundles.page_packages import PagePackage, page_packages
from xport.bundles.required import BOM, LICENCES
from xport.common.raised import one_line
from xport.judgement.evidence import Evidence

SPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "bom.xport-tfjs")
"""Serial numbers are derived from contents under this one: the same bundle has the same."""


def bom_document(evidence: Evidence, terms: Iterable[str]) -> bytes:
    """The bill of materials of a bundle with this evidence; the same of the same.

    Args:
        evidence: as the bundle carries it.
        terms: contents of the page's `licenses/`.

    Raises:
        ValueError: the evidence says what no bill of materials can hold.
    """
    try:
        content = _serialised(_bom(evidence, page_packages(terms)))
    except CycloneDxException as error:
        raise ValueError(str(error)) from error
    cards = {}
    for model in evidence.plan.models:
        data = [_ref(one) for one in data_components(model)]
        cards[model_ref(model.id)] = model_card(model, data)
    for component in content["components"]:
        if (card := cards.get(component["bom-ref"])) is not None:
            component["modelCard"] = card
    del content["serialNumber"]
    serial = uuid.uuid5(SPACE, json.dumps(content, sort_keys=True))
    return (json.dumps({"serialNumber": serial.urn, **content}, indent=2) + "\n").encode()


def terms_in(folder: Path) -> list[str]:
    """What a bundle's files of terms say; one that is missing says nothing."""
    files = (folder / name for name in LICENCES)
    return [file.read_text(encoding="utf-8") for file in files if file.is_file()]


def bom_findings(folder: Path, manifest: Manifest, evidence: Evidence) -> Iterator[str]:
    """A bill of materials that is not there, or not what the evidence and the page's terms give.

    Compared is what it says, not how it is laid out, which versions of CycloneDX's library may
    change.
    """
    if BOM not in manifest.files:
        yield f"{BOM} is not listed"
        return
    try:
        said = json.loads((folder / BOM).read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        yield f"{BOM} cannot be read: {one_line(error)}"
        return
    try:
        made = json.loads(bom_document(evidence, terms_in(folder)))
    except (OSError, ValueError) as error:
        yield f"{BOM} cannot be made of the evidence: {one_line(error)}"
        return
    if said != made:
        differing = sorted(key for key in {*_keys(said), *made} if _of(said, key) != made.get(key))
        yield f"{BOM} is not what the evidence gives: {', '.join(differing)}"


def _bom(evidence: Evidence, packages: Iterable[PagePackage]) -> Bom:
    plan = evidence.plan
    root = Component(
        name=plan.release,
        type=ComponentType.APPLICATION,
        bom_ref="release",
        version=plan.version,
        description=plan.title,
    )
    tool = Component(name="xport", type=ComponentType.APPLICATION, version=evidence.xport)
    bom = Bom(
        metadata=BomMetaData(
            component=root,
            tools=ToolRepository(components=[tool]),
            timestamp=datetime.fromisoformat(evidence.made),
            properties=properties({"notice": NOTICE, "verdict": evidence.verdict.status}),
        ),
        serial_number=SPACE,  # until the contents are known
    )
    models = {model.id: model_component(plan, model) for model in plan.models}
    libraries = [_library(package) for package in packages]
    for model in plan.models:
        data = list(data_components(model))
        bom.components.update([models[model.id], *data])
        explained = [models[model.explains]] if model.explains in models else []
        bom.register_dependency(models[model.id], [*data, *explained])
    bom.components.update(libraries)
    bom.register_dependency(root, [*models.values(), *libraries])
    return bom


def _library(package: PagePackage) -> Component:
    group, _, name = package.name.rpartition("/")
    purl = None
    if package.version is not None:
        purl = PackageURL("npm", group or None, name, package.version)
    return Component(
        name=name,
        group=group or None,
        type=ComponentType.LIBRARY,
        bom_ref=f"library/{package.name}" + (f"@{package.version}" if package.version else ""),
        version=package.version,
        licenses=[LicenseFactory().make_from_string(package.licence)],
        purl=purl,
    )


def _serialised(bom: Bom) -> dict[str, Any]:
    written = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string()
    content: dict[str, Any] = json.loads(written)
    return content


def _ref(component: Component) -> str:
    return str(component.bom_ref.value)


def _keys(document: Any) -> Iterable[str]:
    return document.keys() if isinstance(document, Mapping) else ()


def _of(document: Any, key: str) -> Any:
    return document.get(key) if isinstance(document, Mapping) else None
