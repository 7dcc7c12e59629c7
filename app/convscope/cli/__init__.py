"""What the `convscope` command does beside serving: it asks a server, or is one for as long."""
