"""The ports' real implementations: S3, folders, MLflow, SNS, Step Functions, Slack."""
