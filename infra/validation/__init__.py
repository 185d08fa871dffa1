"""Templates must pass these checks before anything is deployed: Guard rules, cdk-nag, and who may do what."""
