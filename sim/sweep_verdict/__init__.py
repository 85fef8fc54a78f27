"""What a sweep says, in words: the headline, where it holds, what stands behind it, and what it may not claim."""
