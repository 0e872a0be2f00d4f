"""A run's folder, and one function for each command.

- `commands`: the steps of a release as functions; the command line has one command for each.
- `conversion`: convert: from a release file to a plan with every artifact and probe in place.
- `run_folder`: the folder of one run: plan, probes, recordings, evidence, report, bundle.
- `second_route`: what becomes of a model that TensorFlow's route refuses: it goes without, or not
  at all.
"""
