"""What a test asks of a page: balanced tags, links that lead nowhere outside, no script but ours."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr"}
REFERENCES = {"src", "href", "action", "data", "poster", "xlink:href", "srcset", "formaction", "background"}


class Page(HTMLParser):
    """Reads a page and keeps what tests look at.

    Attributes:
        problems: tags that do not match.
        references: values of attributes from which a browser loads.
        scripts: contents of script elements.
        handlers: attributes that would run code.
        ids: every id.
        headings: heading levels in order.
        charts: (aria-label, title text) of every chart.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.problems: list[str] = []
        self.references: list[str] = []
        self.scripts: list[str] = []
        self.handlers: list[str] = []
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.charts: list[list[str]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        self.problems += [f"<{name}> is never closed" for name in self.open]

    def handle_starttag(self, tag, attrs):
        self._look(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self._look(tag, attrs)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> at {self.getpos()} inside {self.open[-3:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        inside = self.open[-1] if self.open else ""
        if inside == "script":
            self.scripts.append(data)
        elif inside == "title" and self.open[-2] == "svg" and self.charts and not self.charts[-1][1]:
            self.charts[-1][1] = data
        elif inside != "style":
            self.words.append(data)

    def _look(self, tag, attrs):
        for name, value in attrs:
            if name in REFERENCES:
                self.references.append(value or "")
            if name.startswith("on"):
                self.handlers.append(f"{tag} {name}={value}")
            if name == "id":
                self.ids.append(value or "")
        if tag in {"h1", "h2", "h3", "h4"}:
            self.headings.append(int(tag[1]))
        if tag == "svg" and dict(attrs).get("role") == "img":
            self.charts.append([dict(attrs).get("aria-label") or "", ""])

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())
