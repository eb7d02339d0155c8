"""Long texts that people write, with lists, emphasis and links: rendered from Markdown, then cleaned of all else."""

from __future__ import annotations

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "blockquote", "code", "pre", "hr", "a", "h4", "h5", "h6"}
HEADINGS = {"h1": "h4", "h2": "h5", "h3": "h6", "h4": "h6", "h5": "h6"}  # below the headings that a page has itself

_parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable("image")


def markdown(text: str | None) -> Markup:
    """A text as safe markup. HTML in it is shown as it was typed; links lead to the web or to a mailbox alone."""
    tokens = _parser.parse(text or "")
    for token in tokens:
        token.tag = HEADINGS.get(token.tag, token.tag)
    rendered = _parser.renderer.render(tokens, _parser.options, {})
    cleaned = nh3.clean(
        rendered,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(cleaned)  # noqa: S704 cleaned a line above
