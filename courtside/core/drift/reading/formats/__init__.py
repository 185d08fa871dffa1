"""Tables in formats besides parquet (CSV, Feather), and times in any notation."""
