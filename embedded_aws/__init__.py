"""The embedded AWS deploys the same synthesized templates onto an emulator on this machine.

Processes: the caller → a *supervisor* (`supervisor.py`) → the *emulator* (`emulator.py`: ministack with our
patches) → what the deployed stacks run: MLflow server, PostgreSQL, training containers, Lambda functions. The
supervisor stops everything as soon as its caller is gone, unless it was told to keep the instance. See `LocalAws`
in `aws.py`.

The HTTP API and VPC link in front of the tracking server are not emulated. Every process whose environment names
that API is given the server's own loopback address instead (`environments.py`).
"""
