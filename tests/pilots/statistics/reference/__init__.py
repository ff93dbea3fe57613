"""Published cases, one module a family: what our functions answer to each."""
