"""The release file, table by table, and the documents that it names.

- `decisions`: what decisions rest on: the documents with operating points and with the gate's
  threshold.
- `file`: the release file: which models, how they are built, converted and tried, and what must
  hold.
- `migration`: release files and policy files of version 1 as version 2 has them, comments and
  layout kept.
- `model_cards`: the card beside a checkpoint: where its weights come from, carried by the plan
  and the bundle.
- `model_pipelines`: the trees of stages by which a release's models and explanations are
  converted.
- `preprocess_table`: how a release file declares preprocessing: a preset's name, keys over a
  preset, or every key.
- `publisher`: who is going to sign the release, as the release file says it.
- `tables`: the tables of a release file: how a model is built and fed, tried and explained.
- `toml_document`: reading TOML: a file's bytes, and what stands in them.
"""
