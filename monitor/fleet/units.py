"""The systemd units of a machine that works on many districts."""

FLEET_SERVICE, FLEET_PORTAL = "namesake-fleet.service", "namesake-fleet-portal.service"
# A machine has these, or those of one district.
FLEET_UNITS = (
    FLEET_SERVICE,
    FLEET_PORTAL,
    "namesake-fleet-backup.service",
    "namesake-fleet-backup.timer",
)
