"""Globs over path segments: `*` is one segment, `**` any number of them (zero too)."""

from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=65536)
def matches(glob: str, path: str) -> bool:
    """Whether the whole path fits the glob."""
    return _fits(glob.split("/"), path.split("/"))


def matches_any(globs: Iterable[str], path: str) -> bool:
    """Whether the path fits at least one of the globs."""
    return any(matches(glob, path) for glob in globs)


def _fits(glob: list[str], path: list[str]) -> bool:
    if not glob:
        return not path
    if glob[0] == "**":
        return any(_fits(glob[1:], path[skipped:]) for skipped in range(len(path) + 1))
    return bool(path) and glob[0] in ("*", path[0]) and _fits(glob[1:], path[1:])


@lru_cache(maxsize=4096)
def intersect(one: str, other: str) -> bool:
    """Whether some path fits both globs (so that two mandates cannot claim the same ground)."""
    return _meet(one.split("/"), other.split("/"))


def _meet(one: list[str], other: list[str]) -> bool:
    if not one or not other:
        return all(segment == "**" for segment in one + other)
    if one[0] == "**":
        return _meet(one[1:], other) or _meet(one, other[1:])
    if other[0] == "**":
        return _meet(other, one)
    return ("*" in (one[0], other[0]) or one[0] == other[0]) and _meet(one[1:], other[1:])


def encloses(outer: str, inner: str) -> bool:
    """Whether path `outer` equals `inner` or lies above it."""
    return inner == outer or inner.startswith(outer + "/")
