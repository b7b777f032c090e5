"""Tell a developer's report from a customer's words: the two speak of danger in different ways.

Where names of code stand, "token", "user" and "access" are everyday words, so nets that are wide
enough for customers catch everything; a model that learned from developers' reports is asked there.
"""

from __future__ import annotations

import re

__all__ = ["is_technical"]

_MOST_CHARACTERS = 20_000
#: snake_case, camelCase, dotted.names.of.code, calls(), /paths/to, and names such as NPEs have.
_NAME_OF_CODE = re.compile(
    r"\b(?:[a-z]\w{0,60}_\w|[a-z]{1,60}[A-Z]\w|[A-Z][a-z]{1,60}[A-Z]\w|\w{1,60}\.\w{1,60}\.\w"
    r"|\w{1,60}\(\)|[A-Z]{2,60}[a-z]{2})|(?<=\s)/\w{1,60}/\w"
)
#: Links and addresses, and names of products that everybody writes so.
_NONE_OF_CODE = re.compile(
    # Each begins where a word does, so that one without its end is looked through only once.
    r"(?<!\w)\w+://\S+|(?<!\S)\S+@\S+|\b(?:JavaScript|TypeScript|GitHub|GitLab|LinkedIn|WhatsApp|YouTube|TikTok"
    r"|PayPal|OpenAI|ChatGPT|HubSpot|WordPress|PowerPoint|OneDrive|SharePoint|iPhone|iPad|eBay|iOS"
    r"|macOS|DevOps|OAuth|MySQL|PostgreSQL|MongoDB|OpenSSL|FaceTime|AirBnB|AirPods|DocuSign"
    r"|QuickBooks|SalesForce|BigQuery|DevTools)\b"
)


def is_technical(text: str) -> bool:
    """Tell whether a name of code stands in *text*; links and products are none."""
    return _NAME_OF_CODE.search(_NONE_OF_CODE.sub(" ", text[:_MOST_CHARACTERS])) is not None
