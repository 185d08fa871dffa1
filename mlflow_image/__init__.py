"""The MLflow container runs the server, migrates the schema and maintains the database."""
