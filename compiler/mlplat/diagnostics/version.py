"""The version of mlplat: the one place where it is written.

A constant, because asking the installed distribution for it takes as long as starting the whole command line.
"""

VERSION = "0.1.0"
