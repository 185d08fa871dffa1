"""A process is killed, stopped, out of memory or stands still at a step that it has begun."""
