"""What each command does: read its inputs, call one function, return what to print. A module per kind of work."""
