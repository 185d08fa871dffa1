"""`python -m courtside.cli`."""

from courtside.cli.entry import main

main()
