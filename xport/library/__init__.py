"""Python's interface to models: what `xport.convert` and `xport.verify` do, and what they return.

- `answers`: what references, themselves computed otherwise, and runtimes say of probes: rounding
  measured.
- `checking`: what is wrong with a release file, what is missing here, and what a run will cost.
- `converted`: a model as TF.js, with what it came from, so that it can be verified.
- `converting`: from a module, a factory or an ONNX file to a folder that TF.js loads.
- `costs`: what a run of a release file does: how many conversions, legs, probes and image files.
- `debugged`: where a leg departs from its reference, as it is printed, shown in a notebook, and
  raised.
- `examples`: example inputs of every form, as arrays by input name.
- `finding`: what a look at a release file, or at this machine, found.
- `modules`: an `nn.Module` in this process: its signature, found by running it, and its ONNX file.
- `ranges`: which integers an input can be, from the tables that it chooses rows of.
- `release_text`: the text of a release file that `xport init` writes.
- `report`: a verdict as it is printed, shown in a notebook, and raised.
- `shown`: what the deployed page will show of a release file's models.
- `starting`: a release file that runs as it stands, written from a factory or an ONNX file.
- `suggesting`: tolerances from what rounding was measured to do, before a browser was seen.
- `verification`: a converted model's plan, and the same workflow as a release's on it.
"""
