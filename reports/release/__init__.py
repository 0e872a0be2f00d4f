"""Evidence in; page, summary and JUnit out.

- `card`: a checkpoint's card for people: one HTML page that needs no network and no script.
- `charts`: the ledger of legs as a drawing: what each adds, what it comes to, on a logarithmic
  scale.
- `derived`: declared tolerances beside what correct implementations differ by: table and drawing.
- `details`: what a program is told of a verdict: release, counts, worst share, digests, engines.
- `faults`: what did not pass, each fact once: baselines together, what is only passed on behind the
  rest.
- `histograms`: histograms of signed differences, browser minus PyTorch (the paper's Figure E.5).
- `html`: the report for people: one HTML file that needs no network and no script.
- `junit`: the verdict for build servers: JUnit XML in which nothing is ever skipped.
- `kinds`: the probable kind of fault behind the worst check, from which legs show it and what was
  seen.
- `latency`: how long things take: the paper's runtime table, the legs' recordings, the
  conversion.
- `locations`: where each leg ran: equal environments told once, with the legs that share them.
- `markdown`: the verdict as a short Markdown page, for the summary of a CI job.
- `model_card`: a model's card in the form of model hubs: Markdown under a header of YAML.
- `next_step`: what to do after a verdict: one sentence, and the command that does it.
- `opening`: how a report of what did not pass begins: worst check, kind, picture, decisions, what
  next.
- `pictures`: the worst probes as pictures, within a budget of bytes, each checked to be a PNG.
- `preparations`: the preprocessing leg for people: pipelines beside each other, and figure E.5
  drawn again.
- `reading`: looking things up in Evidence: every model, leg and output has a place, result or
  not.
- `sensitivity`: what probes see of errors in the weights, by group of layers: table, drawing and
  warnings.
- `summary`: the verdict in a few lines, and the table of worst errors for a README.
- `worst`: the worst check of a verdict: what was measured, on which probe, what was allowed.
"""
