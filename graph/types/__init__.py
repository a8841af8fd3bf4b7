"""The nouns of the graph, one per file, with their filter and order inputs."""
