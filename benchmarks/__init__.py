"""Each benchmark prints ratios against a peer or a limit as JSON."""
