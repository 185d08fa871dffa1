"""The ports' real sides: S3, folders, MLflow, SNS, Step Functions, Slack."""
