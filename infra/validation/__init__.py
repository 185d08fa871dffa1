"""The checks that templates must pass before anything is deployed: Guard rules, cdk-nag, and who may do what."""
