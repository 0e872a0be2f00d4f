"""`python -m xport` is the command `xport`."""

from xport.cli import main

main()
