"""`python -m mlplat`."""

from mlplat.cli.main import main

main()
