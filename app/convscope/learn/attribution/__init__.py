"""Why this answer: which input pixels, or places of a layer's maps, a class score comes from."""
