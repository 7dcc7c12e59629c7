"""What Convscope promises about speed, measured; `python -m benchmarks` runs it."""
