"""The watch's state machine, as it is synthesized, runs on the embedded AWS with functions made for its tests."""
