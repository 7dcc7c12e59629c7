"""Own labelled pictures: read from what people bring, previewed, chosen, kept as a data set."""
