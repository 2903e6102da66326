"""`python -m bot doctor`: look at an installation, change nothing, explain every fault."""
