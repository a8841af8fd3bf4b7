"""What holds for the project as a whole: its lock, its pages, its wheel, its test run."""
