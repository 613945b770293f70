LONGEST = 1 << 20
def read(text, node, bench, key):
    return iter(())
