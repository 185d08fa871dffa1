"""Every Python process with this folder on its path imports this, so MLflow's workers log in as its command does."""

from mlflow_image.login import follow_secret

follow_secret()
