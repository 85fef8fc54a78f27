"""Tools of the rules: `jit` compiles them, `random` gives common random numbers, `vector_math` exponentials of columns."""
