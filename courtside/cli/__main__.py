"""`python -m courtside.cli`."""

from courtside.cli.main import main

main()
