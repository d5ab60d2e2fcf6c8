"""Decides, remembers, schedules, and lets people in."""
