"""What an answer costs: ours beside the SQL that one would write by hand, and beside other servers."""
