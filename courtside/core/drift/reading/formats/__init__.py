"""What a table's file may be besides parquet (CSV, Feather), and how times are read however they were written."""
