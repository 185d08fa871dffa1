"""What a table is: a mergeable profile, how it is fitted on a reference and how it is stored."""
