"""Operations, each on both generations and both databases."""
