"""What holds for all of the graph at once, checked by walking it: nobody has to remember it."""
