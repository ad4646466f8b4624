"""The assertion of a promptfoo run whose results `python -m leaderboard import promptfoo` reads.

Copy it and medharm_judging.py, which asks your judge, beside promptfooconfig.yaml. The file of items has `item_id` and
`prompt` for each test, and each provider has the name that the registry knows as its `label`:

    prompts: ["{{prompt}}"]
    providers: [{id: "openai:chat:YOUR-MODEL", label: YOUR/MODEL, config: {temperature: 0}}]
    tests: items.csv
    defaultTest: {assert: [{type: python, value: "file://medharm_promptfoo.py"}]}
"""

import os

from medharm_judging import judge


def get_assert(output: str, context: dict) -> dict:
    """Returns what promptfoo stores of one response: outcome and severity, or neither where the judge gave none."""
    outcome, severity = judge(context["vars"]["prompt"], output)
    if outcome is None:
        return {"pass": False, "score": 0, "reason": "no verdict"}
    label = {"outcome": outcome, "severity": severity, "judge": os.environ["MEDHARM_JUDGE_MODEL"]}
    return {"pass": True, "score": 1, "reason": "judged", "metadata": label}
