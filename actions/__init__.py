"""Custom actions: one per file, slots to logic to response name."""
