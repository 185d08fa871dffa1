"""Where a page stands among the pages of a stage, and the links that lead from there to those above it."""

from dataclasses import dataclass

from courtside.contracts.dashboard_keys import OVERVIEW_PAGE, from_page, model_page
from courtside.contracts.shortening import shortened
from courtside.core.pages.commands import command
from courtside.core.pages.markup import Markup, element


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The key of a page about a model, and what the page is called below the model's own (None: it is that one).

    It lies in a folder and not in a stage if it is that of a `replay`.
    """

    page: str
    model: str
    here: str | None = None
    replay: bool = False

    def trail(self) -> Markup:
        """Return the way from the page of all models to this one, as links but for its end."""
        above = [("All models", OVERVIEW_PAGE), (self.model, model_page(self.model))]
        if self.here is None:
            above, here = above[:1], self.model
        else:
            here = self.here
        links = [
            element("li", element("a", element("bdi", shortened(words)), href=from_page(self.page, key)))
            for words, key in above
        ]
        end = element("li", element("bdi", shortened(here)), aria_current="page")
        return element("nav", element("ol", *links, end), aria_label="Breadcrumb", class_="trail")

    def footer(self) -> Markup:
        """Say where links to other pages lead somewhere, since a page that came with an alert stands alone."""
        if self.replay:
            opened = command("courtside dashboard --replay FOLDER")
            return element(
                "footer", "The links to other pages work in the folder of the replays, which ", opened, " opens."
            )
        return element(
            "footer",
            "The links to other pages work in ",
            command(f"courtside dashboard --model {self.model}"),
            ", which opens all pages of the stage; a link in an alert opens this one only.",
        )
