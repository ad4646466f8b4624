"""Writing a board's definition: a draft from its label table, and a check of all that keeps it from being published."""
