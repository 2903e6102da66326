"""SQLAlchemy tables, migrations and small repositories."""
