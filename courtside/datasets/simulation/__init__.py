"""The parts of the season simulator: the league, its calendar, schedule, strengths, scores and playoffs."""
