"""What a source file imports, read from its text: nothing is run."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.support.project import Module


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: `import a.b` gives a.b, `from a import b` gives a.b too."""

    name: str
    line: int


def imports(module: Module) -> Iterator[Import]:
    """All of them, inside functions too."""
    for node in ast.walk(_tree(module)):
        yield from _named(module, node)


def imports_at_once(module: Module) -> Iterator[Import]:
    """Those that importing the module itself brings about: none of a function's, none for the type checker."""
    nodes: list[ast.AST] = [_tree(module)]
    while nodes:
        node = nodes.pop()
        yield from _named(module, node)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                pass
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                nodes += node.orelse
            case _:
                nodes += ast.iter_child_nodes(node)


def import_cycle(modules: Mapping[str, Module]) -> list[str]:
    """Modules of which each brings about the import of the next, and the last one that of the first; or none.

    A package is begun before what is in it, whoever comes first, so that alone is no cycle. Where there is none, no
    module ever takes a name from one that is only half executed, whichever of them a program imports first.
    """
    whole: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name not in whole:
            for needed in sorted(_needed(modules[name], modules)):
                if cycle := visit(needed, [*path, name]):
                    return cycle
            whole.add(name)
        return []

    return next((cycle for name in modules if (cycle := visit(name, []))), [])


def _needed(module: Module, modules: Mapping[str, Module]) -> set[str]:
    """The modules of the project that it takes names from, and the packages that these begin with and it does not."""
    found = (each.name if each.name in modules else each.name.rpartition(".")[0] for each in imports_at_once(module))
    taken = {name for name in found if name in modules}
    packages = {package for name in taken for package in _packages(name)}
    return taken | (packages & modules.keys()) - {module.name, *_packages(module.name)}


def _packages(name: str) -> set[str]:
    """Those that a module is in."""
    parts = name.split(".")
    return {".".join(parts[:count]) for count in range(1, len(parts))}


def _tree(module: Module) -> ast.Module:
    return ast.parse(module.path.read_text(encoding="utf-8"))


def _named(module: Module, node: ast.AST) -> Iterator[Import]:
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
