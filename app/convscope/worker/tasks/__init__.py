"""Work that takes long, done in pieces between which the loop answers."""
