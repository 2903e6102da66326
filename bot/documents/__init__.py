"""Renders a Document: PDF to print, DOCX to fill in."""
