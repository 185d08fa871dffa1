"""The MLflow container: server, schema migration, upkeep."""
