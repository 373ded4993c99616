"""Where everything that is generated comes from: for each leaf the line of the specifications that decided it."""
