"""What a value of a template refers to, and the text it becomes once every reference has a spelling."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from courtside.contracts.errors import CourtsideError

_SUBSTITUTED = re.compile(r"\$\{([^!}][^}]*)\}")
_LITERAL = re.compile(r"\$\{!")


@dataclass(frozen=True, slots=True)
class Reference:
    """A resource or parameter by name, an attribute of a resource, or (`imported`) what another stack exports."""

    name: str
    attribute: str = ""
    imported: bool = False

    def __str__(self) -> str:
        """Return the reference as people read it: ``<Bucket>``, ``<Bucket.Arn>``."""
        return f"<{self.name}.{self.attribute}>" if self.attribute else f"<{self.name}>"

    @classmethod
    def dotted(cls, written: str) -> "Reference":
        """Return the reference that ``Fn::Sub`` and the short form of ``Fn::GetAtt`` write as ``Name.Attribute``."""
        name, _, attribute = written.partition(".")
        return cls(name, attribute)


class NotText(CourtsideError):
    """A template's value is no string, and no intrinsic function that makes one; `value` is what was found."""

    def __init__(self, value: Any) -> None:
        self.value = value
        super().__init__(
            f"this value of a template is neither text nor a function that is known to make text: {value!r}"
        )


def references(value: Any) -> Iterator[Reference]:
    """Yield every reference within a value, however deep."""
    if found := _reference(value):
        yield found
        return
    match value:
        case {"Fn::Sub": pattern}:
            template, given = _substitution(pattern)
            yield from (Reference.dotted(each) for each in _SUBSTITUTED.findall(template) if each not in given)
            yield from references(list(given.values()))
        case Mapping():
            for each in value.values():
                yield from references(each)
        case list() | tuple():
            for each in value:
                yield from references(each)


def text(value: Any, spelled: Callable[[Reference], str] = str) -> str:
    """Return a value as text in which each reference is spelled by `spelled`; raises `NotText`."""
    if found := _reference(value):
        return spelled(found)
    match value:
        case str():
            return value
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(text(part, spelled) for part in parts)
        case {"Fn::Sub": pattern}:
            template, given = _substitution(pattern)
            known = {name: text(each, spelled) for name, each in given.items()}
            filled = _SUBSTITUTED.sub(
                lambda m: known[m[1]] if m[1] in known else spelled(Reference.dotted(m[1])), template
            )
            return _LITERAL.sub("${", filled)
        case {"Fn::Select": [index, {"Fn::Split": [str(separator), whole]}]}:
            # Only a deployment knows the parts of what is spelled here.
            return f"<{separator}{index} of {text(whole, spelled)}>"
    raise NotText(value)


def _reference(value: Any) -> Reference | None:
    """Return the reference that a value is as a whole, if it is one."""
    match value if isinstance(value, Mapping) and len(value) == 1 else None:
        case {"Ref": str(name)}:
            return Reference(name)
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return Reference(name, attribute)
        case {"Fn::GetAtt": str(written)}:
            return Reference.dotted(written)
        case {"Fn::ImportValue": str(name)}:
            return Reference(name, imported=True)
        case {"Fn::GetStackOutput": {"StackName": str(stack), "OutputName": str(output)}}:
            return Reference(f"{stack}:{output}", imported=True)
    return None


def _substitution(pattern: Any) -> tuple[str, Mapping[str, Any]]:
    """Return the template of an ``Fn::Sub`` and the values that it brings along."""
    match pattern:
        case str():
            return pattern, {}
        case [str(template), Mapping() as given]:
            return template, given
    raise NotText(pattern)
