"""Functions and tasks are forked from a process that has loaded the large libraries, which spares each some seconds."""
