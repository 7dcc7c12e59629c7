"""Subcommands of `convscope`, as a REST client of a running server or of one in this process."""
