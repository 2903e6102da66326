"""The site: page, widget and documents to take away."""
