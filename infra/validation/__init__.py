"""What the templates are held to before anything is deployed: Guard rules, cdk-nag, and who may do what."""
