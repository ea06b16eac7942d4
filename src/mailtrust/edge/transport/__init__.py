"""Ways to reach a server's files and programs: this machine, or another by SSH. Each is a `Machine`."""
