"""Take a PyTorch model to the browser and prove that it still says the same there.

One way through the house::

    checkpoint -> Artifact -[Stage]-> Artifact -> ... -> Artifact (TF.js)     convert
    Artifact x ProbeSet -> Runner -> Recording on disk                         record
    Recordings -> compare -> Comparison -> judge(Policy) -> Verdict            judge
    everything above -> Evidence -> report, bundle                             report, bundle

Importing this package loads no framework: torch, TensorFlow and the browser are
imported by the stage or runner that uses them, when it runs.
"""

__version__ = "0.1.0"
