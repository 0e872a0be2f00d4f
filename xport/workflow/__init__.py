"""A run's folder, and one function for each command.

- `commands`: the steps of a release as functions; the command line has one command for each.
- `conversion`: convert: from a release file to a plan with every artifact and probe in place.
- `debugging`: where a leg of a run departs from its reference: what to look at, looked at, and
  kept.
- `difference`: comparing two releases: what their folders are, checked before anything is compared.
- `following`: a target as whoever receives its releases may believe it; nothing in it is changed.
- `half_precision`: the headroom of a run's model at half precision: forecast, beside what a forced
  run measures.
- `implementations`: what other correct implementations of a run's models differ by, measured when
  it is recorded.
- `judging`: judging a run's recordings: what lies in its folder, put together for the judge.
- `measured_floor`: whether a release's tolerances lie above the floor, measured before anything is
  converted.
- `paired_speed`: times of a new release against an old one's: what ships of both, run in turn in
  one browser.
- `planned_artifact`: what a plan says of one artifact: its files by digest, its cost, and its
  weights.
- `naming`: which model of a release an error is about, by the release file's key.
- `planned_page`: the page that a plan's browser legs run and its bundle ships, fixed when the plan
  is made.
- `publishing`: publishing a bundle to a target, and moving its channels: checked first, and moved
  last.
- `receiving`: receiving a bundle: fetched if need be, checked whole, and held to what is demanded
  of it.
- `replacing`: a new key in an old one's place: said by the old one, and all that it signed is
  signed anew.
- `requalification`: playing a published bundle's probes in another browser,
  for a verdict.
- `revoked_here`: a list of revoked releases in a file that somebody brought.
- `revoking`: taking back what was published: a release that must not be used any more.
- `run_folder`: the folder of one run: plan, probes, recordings, evidence, report, bundle.
- `second_route`: what becomes of a model that TensorFlow's route refuses: it goes without, or not
  at all.
- `sensitivity`: what a run's probes see of errors in the weights, found by trying, in a process of
  its own.
- `signing`: signing a bundle with a local key, once all of it was checked.
- `site_calibration`: a hospital's images through a bundle, as its page would compute them, for a
  report.
- `targets`: a target about to be changed: what it asks, who changes it, and what may be pointed at
  in it.
- `verification`: checking a bundle that was received: its files, its verdict, and what is rendered
  from it.
"""
