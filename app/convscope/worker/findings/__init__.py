"""What a run did that is worth a sentence: thresholds, rules, and the narrator that asks them."""
