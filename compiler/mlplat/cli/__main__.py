"""`python -m mlplat.cli`."""

from mlplat.cli.main import main

main()
