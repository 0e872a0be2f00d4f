"""`python -m xport` is the command `xport`."""

from xport.cli.main import main

main()
