"""What the dashboard shows, as data (`views`), and the pages that are drawn from it."""
