"""What a champion's performance is estimated to be in windows whose labels are not in yet."""
