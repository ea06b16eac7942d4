"""Pure: no socket, file, clock, environment or print; what changes from run to run is an argument."""
