"""Roster files as they come from school systems, spreadsheets and directories."""
