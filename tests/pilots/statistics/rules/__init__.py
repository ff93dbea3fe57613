"""Which points are signals: published cases, slow twins, what the packages do at the edges."""
