"""Vigie, a French conversational assistant for professionals who fear that a minor is a victim of prostitution."""

VERSION = "0.7.0"
