"""`python -m fabgrid` is the command line."""

from fabgrid.cli import main

main()
