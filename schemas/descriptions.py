"""What stands below each field of a model? Read from its source, by those few who write it down somewhere.

Pydantic can do the same (`use_attribute_docstrings`), but does so for every model whenever a process starts.
"""

import ast
import inspect
from itertools import pairwise

from pydantic import BaseModel


def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstring below each field of the model and of what it inherits from, where there is one."""
    found: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if issubclass(part, BaseModel) and part is not BaseModel and not part.__module__.startswith("pydantic"):
            found |= _in_class(part)
    return found


def _in_class(model: type[BaseModel]) -> dict[str, str]:
    [body] = [node.body for node in ast.parse(inspect.getsource(model)).body if isinstance(node, ast.ClassDef)]
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }
