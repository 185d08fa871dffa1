"""The dated table of AWS prices that ships, and its reader; what a stage costs is estimated in `core/costs`."""
