"""Files to documents with the place of every value."""

from mlplat.compiler.load.discover import SourceTexts, load_tree, read_sources
from mlplat.compiler.load.documents import API_VERSION, build_tree
from mlplat.compiler.load.yaml import parse_documents

__all__ = ["API_VERSION", "SourceTexts", "build_tree", "load_tree", "parse_documents", "read_sources"]
