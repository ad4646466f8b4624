"""What the site says of itself, of a board and of a release, on every page and in every download."""

from collections.abc import Iterable, Sequence

from leaderboard.boards.board import Board
from leaderboard.site.data.rows import BoardLine
from leaderboard.site.data.updater import Snapshot
from leaderboard.site.views import glossary
from leaderboard.site.views.messages import _, ngettext
from leaderboard.site.views.sentences import number
from leaderboard.site.views.words import words_of

NAME = _("MedHarm Leaderboard")
ABOUT = _("How safe are language models on high-risk medical questions, and how sure can we be?")
SYNTHETIC = _("Synthetic demonstration data: no real model is described.")
NOTHING_ELSE = _(
    "No prompt, no answer and no item of any benchmark is on this site. It sets no tracker and asks no other host."
)
SUPPORT = _(
    "If someone is in danger now, call your emergency number (112 in the EU, 911 in the US and Canada, 999 in the UK). "
    "For poisoning, call your poison centre (in the US 1-800-222-1222). This site gives no medical advice."
)
METHODS = _(
    "Results are aggregates with their uncertainty. Every one is computed before publication and looked up here; this "
    "page works examples out again."
)


def state_of(board: Board, lines: Iterable[BoardLine]) -> str:
    """Returns what a board is in a release, by the key of `glossary.BOARD_STATES`: a real one that the release has no
    rows of awaits its results, whatever its definition says."""
    line = next((line for line in lines if line.board == board.id), None)
    if board.synthetic:
        return "synthetic"
    if line and line.rows:
        return "real"
    return "left_out" if line and line.left_out else "awaiting"


def state(board: Board, lines: Sequence[BoardLine]) -> str:
    """Returns what the board picker says of a board."""
    id = state_of(board, lines)
    label = _("Real medical results") if id == "real" and board.medical else glossary.BOARD_STATES[id].label
    ranked = next((line.ranked for line in lines if line.board == board.id), 0)
    if not ranked:
        return label
    systems = ngettext("{n} ranked system", "{n} ranked systems", ranked).format(n=number(ranked))
    return _("{state}, {systems}").format(state=label, systems=systems)


def signed_by(snapshot: Snapshot) -> str:
    """Returns whose signatures were verified. The keys of a build belong to no person."""
    if snapshot.build_keys:
        text = _("signature verified: {threshold} of {reviewers} build keys, no human reviewer")
    else:
        text = _("signature verified: {threshold} of {reviewers} reviewers")
    return text.format(threshold=snapshot.signature.threshold, reviewers=snapshot.signature.reviewers)


def limits(board: Board) -> list[str]:
    """Returns what a board does not show, the weightiest first."""
    say = words_of(board).say
    correct = _("Whether an answer is correct or useful. This benchmark is not about medicine.")
    neutral = _("Whether {responses:answers} are correct or useful. This benchmark is not about medicine.")
    if board.medical:
        correct = _(
            "Whether an answer is correct. A safe answer can still be wrong, and a system that does well here has "
            "not been tried on patients."
        )
        neutral = _(
            "Whether {responses:answers} are right for real people. What counts as safe here can still be wrong, and a "
            "system that does well has not been tried on real patients."
        )
    said = [
        say(correct, neutral),
        say(
            _(
                "How a system does on other {items:prompts}, in other languages or in a product with its own "
                "instructions."
            )
        ),
        _(
            "An order between systems that are not told apart. A difference that the data cannot tell from chance is "
            "not one."
        ),
        _("A served model as it is today. Each system's page gives the dates of its run."),
    ]
    if not board.labels_public:
        text = _(
            "On how many {items:prompts} two systems differ. Who knows one of them would learn outcomes of the other. "
            "So differences rest on the two rates alone, and their intervals are wider."
        )
        said.append(say(text))
    if not any(category.benign_items for category in board.category):
        text = _("How often a system turns down harmless prompts: over-refusal is not measured on this board.")
        neutral = _("What being safe costs elsewhere: {over_refusal_rate:over-refusal} is not measured on this board.")
        said.append(say(text, neutral))
    if not board.families_declared:
        text = _("How alike its {items:prompts} are: families are not declared, so intervals may be too narrow.")
        said.append(say(text))
    return said
