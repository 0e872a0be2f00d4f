"""What is shipped after PASSED, and how whoever receives it checks it.

- `bom`: bom.cdx.json, a bill of materials in CycloneDX: models, sets of images, packages.
- `bom_models`: a model in the bill of materials: its files, what it was made from, its card's
  facts.
- `build`: the deployable bundle: the verified bytes, the page that runs them, and the evidence.
- `checks`: whether a bundle is whole: every file by digest, and contents that belong together.
- `claim`: who claims the release of a bundle, with the key that its run was told of.
- `evidence`: whether a bundle says what its evidence says: of its verdict, its models and its
  engine.
- `examples`: images that a bundle carries to be tried: in the run they were read and predicted
  like others.
- `manifest`: manifest.json: every file of a bundle by digest, and what the page has to know of
  its models.
- `page`: the page in a bundle: the files that the plan names, and its host's headers.
- `page_packages`: which packages' code is in the page, as the page's own terms name them.
- `requalified`: evidence of a bundle that was played again, in another browser or on another
  engine.
- `required`: what must lie in a bundle, and what may, by the version of its manifest, whatever
  that lists.
- `self_test`: the self-test that a bundle carries: recorded inputs, PyTorch's outputs and how
  near to stay.
- `self_test_bounds`: how near to PyTorch an output must stay on a person's device: as near as the
  verdict asked.
- `self_test_cases`: which of a run's probes a bundle carries as its self-test, with PyTorch's
  recorded outputs.
- `self_test_checks`: whether a bundle's self-test is whole, belongs to its models, and is what
  the run recorded.
- `shipped`: a model of a bundle in a folder of its own: files that models share in the bundle are
  copied.
- `unchecked`: what of a bundle cannot be judged again here, because another version of xport made
  it.
"""
