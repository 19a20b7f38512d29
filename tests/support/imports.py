"""What a source file imports, read from its text: nothing is run, and imports inside functions count."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.project import Module


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: `import a.b` gives a.b, `from a import b` gives a.b too."""

    name: str
    line: int


def imports(module: Module) -> Iterator[Import]:
    for node in ast.walk(ast.parse(module.path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (Import(alias.name, node.lineno) for alias in node.names)
            case ast.ImportFrom():
                origin = _origin(module, node)
                yield from (Import(f"{origin}.{alias.name}", node.lineno) for alias in node.names)
            case ast.Call(func=ast.Name(id="import_module" | "__import__"), args=[ast.Constant(value=str(name)), *_]):
                yield Import(name, node.lineno)
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(name)), *_]):
                yield Import(name, node.lineno)


def _origin(module: Module, node: ast.ImportFrom) -> str:
    """The absolute package that `from ... import` names, dots resolved."""
    if node.level == 0:
        return node.module or ""
    parts = module.name.split(".")
    steps_up = node.level - 1 if module.is_package else node.level
    return ".".join([*parts[: len(parts) - steps_up], *([node.module] if node.module else [])])
