"""Reads JSON strings from stdin, one program a line, and tells for each what CPython makes of it:
{"tree": dump} if it is within SML, {"error": line} otherwise. The dump is that of dump.rs."""
import ast, json, struct, sys, warnings

warnings.simplefilter("ignore")
OPS = {
    "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**",
    "LShift": "<<", "RShift": ">>", "BitAnd": "&", "BitOr": "|", "BitXor": "^", "Not": "not",
    "USub": "-", "Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=",
    "In": "in", "NotIn": "not in", "And": "and", "Or": "or",
}


class NotSml(Exception):
    pass


def refuse(node):
    raise NotSml(node.lineno)


def need(condition, node):
    if not condition:
        refuse(node)


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


def at(node):
    return f"@{node.lineno}:{node.col_offset}"


def op(node, parent):
    return OPS.get(type(node).__name__) or refuse(parent)


def name(node):
    return node.id + at(node)


def everything(nodes):
    return "".join(" " + expr(node) for node in nodes)


def constant(node):
    value = node.value
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            refuse(node)
        return f"(str{at(node)} {quoted(value)})"
    if value is None:
        return f"(none{at(node)})"
    if isinstance(value, bool):
        return f"({str(value).lower()}{at(node)})"
    if isinstance(value, int):
        return f"(int{at(node)} {value})"
    if isinstance(value, float):
        return f"(float{at(node)} {struct.pack('>d', value).hex()})"
    refuse(node)


def expr(node):
    kind = type(node).__name__
    if kind == "Name":
        return name(node)
    if kind == "Constant":
        return constant(node)
    if kind == "Attribute":
        need(isinstance(node.value, ast.Name), node)
        return f"(attribute{at(node)} {name(node.value)} {node.attr})"
    if kind == "List":
        return f"(list{at(node)}{everything(node.elts)})"
    if kind == "JoinedStr":
        parts = ""
        for part in node.values:
            if isinstance(part, ast.Constant):
                constant(part)
                parts += " " + quoted(part.value)
            else:
                plain = part.format_spec is None and part.conversion == -1
                need(plain and isinstance(part.value, ast.Name), node)
                parts += " {" + part.value.id + "}"
        return f"(format{at(node)}{parts})"
    if kind == "Call":
        need(not node.args and isinstance(node.func, (ast.Name, ast.Attribute)), node)
        function = expr(node.func)
        arguments = "".join(f" {k.arg}={expr(k.value)}" for k in node.keywords if k.arg)
        return f"(call{at(node)} {function}{arguments})"
    if kind == "BinOp":
        operands = everything([node.left, node.right])
        return f"({op(node.op, node)}{at(node)}{operands})"
    if kind == "UnaryOp":
        operand = everything([node.operand])
        return f"({op(node.op, node)}{at(node)}{operand})"
    if kind == "Compare":
        need(len(node.ops) == 1, node)
        operands = everything([node.left] + node.comparators)
        return f"({op(node.ops[0], node)}{at(node)}{operands})"
    if kind == "BoolOp":
        return f"({op(node.op, node)}{at(node)}{everything(node.values)})"
    refuse(node)


def variants(node):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return variants(node.left) + variants(node.right)
    return [annotation(node)]


def annotation(node):
    if isinstance(node, ast.Name):
        return name(node)
    if isinstance(node, ast.Constant) and node.value is None:
        return "None" + at(node)
    if isinstance(node, ast.BinOp):
        need(isinstance(node.op, ast.BitOr), node)
        return f"(union{at(node)} {' '.join(variants(node))})"
    need(isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name), node)
    inner = [node.slice]
    if isinstance(node.slice, ast.Tuple):
        inner = node.slice.elts
        need(inner and all(isinstance(item, ast.Name) for item in inner), node)
    arguments = " ".join(annotation(item) for item in inner)
    return f"(generic{at(node)} {node.value.id} {arguments})"


def statement(node):
    if isinstance(node, ast.Expr):
        need(isinstance(node.value, ast.Call), node)
        return expr(node.value)
    if isinstance(node, ast.Assign):
        need(len(node.targets) == 1 and isinstance(node.targets[0], ast.Name), node)
        return f"{name(node.targets[0])} = {expr(node.value)}"
    need(isinstance(node, ast.AnnAssign) and node.simple == 1 and node.value is not None, node)
    value = expr(node.value)
    return f"{name(node.target)}: {annotation(node.annotation)} = {value}"


for line in sys.stdin:
    try:
        tree = ast.parse(json.loads(line))
        answer = {"tree": "\n".join(statement(node) for node in tree.body)}
    except SyntaxError as error:
        answer = {"error": error.lineno, "python": True}
    except NotSml as error:
        answer = {"error": error.args[0]}
    except (ValueError, RecursionError, MemoryError) as error:
        answer = {"error": 0}
    print(json.dumps(answer))
