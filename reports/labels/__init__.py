"""Every word that emails and pages show for an enum value, by topic."""
