"""Imported by every Python process that finds this folder on its path: MLflow's workers log in as its command does."""

from mlflow_image.login import follow_secret

follow_secret()
