"""Tells of characters what CPython takes for names: "code start continue name", where the flags say
whether `c = 1` and `ac = 1` are read, and name is what `ac` is called then. Characters that this
Python's Unicode does not know are left out; of large blocks of letters every 64th is told."""
import ast, unicodedata


def stored(text):
    try:
        return ast.parse(text + " = 1").body[0].targets[0].id
    except (SyntaxError, AttributeError):
        return None


for code in range(0x80, 0x110000):
    c = chr(code)
    large = 0x3400 <= code < 0xD7A4 or 0x17000 <= code < 0x19000 or 0x20000 <= code < 0x32000
    category = unicodedata.category(c)
    if category in ("Cn", "Cs", "Co") or (large and code % 64):
        continue
    if not ("a" + c).isidentifier():
        assert not c.isidentifier()
        print(code, 0, 0, "-")
        continue
    first, later = stored(c), stored("a" + c)
    print(code, int(first is not None), int(later is not None), ",".join(str(ord(x)) for x in later or ""))
