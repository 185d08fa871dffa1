"""A logical copy of MLflow's database: every table, by PostgreSQL's own COPY, in one zip."""
