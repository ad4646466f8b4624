"""What a board does not show, said on every page of it."""

from leaderboard.boards.board import Board
from leaderboard.site.html.markup import Html, element


def box(board: Board) -> Html:
    """Returns the box."""
    items = [element("li", limit) for limit in limits(board)]
    heading = element("h2", "What this does not show", class_="mh-small")
    return element("aside", heading, element("ul", *items), class_="mh-limits", aria_label="What this does not show")


def limits(board: Board) -> list[str]:
    """Returns the limits, the weightiest first."""
    said = [
        (
            "Whether an answer is correct. A safe answer can still be wrong, and a system that does well here has not"
            " been tried on patients."
        ),
        "How a system does on other prompts, in other languages or in a product with its own instructions around it.",
        (
            "An order between systems that are not told apart. A difference that the data cannot tell from chance is "
            "not one."
        ),
        "A served model as it is today. Each system's page gives the dates of its run.",
    ]
    if not board.labels_public:
        said.append(
            "On how many prompts two systems differ. Whoever knows one of them would learn outcomes of the other, so "
            "that differences rest on the two rates alone and their intervals are wider."
        )
    if not board.medical:
        said[0] = "Whether an answer is correct or useful. This benchmark is not about medicine."
    if not any(category.benign_items for category in board.category):
        said.append("How often a system turns down harmless prompts: over-refusal is not measured on this board.")
    if not board.families_declared:
        said.append("How alike its prompts are: families are not declared, so intervals may be too narrow.")
    return said
