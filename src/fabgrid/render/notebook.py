"""A page inside a notebook: an iframe that holds the whole page, cut off from the notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

__all__ = ["Frame"]


@dataclass(frozen=True, slots=True)
class Frame:
    """A page that Jupyter displays; `height` in pixels."""

    page: str
    height: int = 720

    def _repr_html_(self) -> str:
        # sandbox: the page runs its own script, but reaches neither the notebook nor its cookies. It may
        # print (a modal), and the articles that it links to open as any page does.
        return (
            f'<iframe srcdoc="{escape(self.page)}" width="100%" height="{int(self.height)}"'
            ' style="border:1px solid #d0d4da;border-radius:8px"'
            ' sandbox="allow-scripts allow-downloads allow-modals allow-popups allow-popups-to-escape-sandbox"'
            ' title="fabgrid graph"></iframe>'
        )
