"""Is a text English? Told by its function words, which no text of any length does without."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

__all__ = ["english_share", "foreign"]

_WORDS = (
    "the of and to that is for it with as was by on are be this have from at not but an which or will "
    "has had its their they we you said his her he she more than been would can were who what when "
    "there if also about into after over could our my i these all new up out"
)
_ENGLISH = frozenset(_WORDS.split())
# Words that are not English ones too: "die", "in" or "a" would tell nothing.
_OTHERS = {
    "German": "der und das ist nicht von mit den dem ein eine auf für sich auch werden wird bei wie im zu "
    "des aus nach oder sind hat haben einer einem zum zur über",
    "French": "le la les des et est une un que qui dans pour du sur pas au avec ce cette par plus il elle "
    "sont ont aux nous vous mais ses leur été d'un d'une",
    "Spanish": "el la los las de que y en un una por con para es del se al como más pero sus lo su este esta "
    "son entre también fue han está",
    "Italian": "il di che è la per una un del con non sono le della gli dei nel alla anche più da si ha "
    "questo delle ma come lo",
    "Portuguese": "o de que e do da em um uma para com não os as dos das se na no por mais como ao foi são à "
    "também pela pelo",
    "Dutch": "de het een van en dat niet zijn voor met op te aan er ook als bij naar maar wordt deze nog uit "
    "heeft hebben worden",
    "Swedish": "och att det som en på är för av med den till inte har om ett från men de kan var eller",
    "Danish or Norwegian": "og det at en er på for af med til ikke den har som et fra av de kan eller ble",
    "Polish": "w i na z do się że nie jest to o od za przez po dla oraz ale jak są ich tym roku",
    "Turkish": "ve bir bu için ile da de olarak çok daha olan gibi sonra kadar ancak en",
    "Indonesian or Malay": "yang dan di ini dengan untuk dari pada tidak dalam akan itu juga ke adalah oleh",
}
_FUNCTION_WORDS = {language: frozenset(words.split()) for language, words in _OTHERS.items()}
_SCRIPTS = {
    "CJK": "Chinese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "CYRILLIC": "Russian or another language in Cyrillic script",
    "ARABIC": "Arabic or another language in its script",
    "HEBREW": "Hebrew",
    "GREEK": "Greek",
    "DEVANAGARI": "Hindi or another language in Devanagari script",
    "THAI": "Thai",
}
_LAST_LATIN = "\u036f"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SAMPLE = 200_000  # characters
_FEW = 20  # words: a shorter text is taken as English
_MARGIN = 0.08  # English prose has 0.30 to 0.45, a list of headlines 0.10


def english_share(text: str) -> float:
    """Return which share of the words are English function words, 0 to 1."""
    words = _WORD.findall(text.lower())
    return sum(w in _ENGLISH for w in words) / len(words) if words else 0.0


def foreign(text: str) -> str | None:
    """Return the language that the text seems to be in, None where it may well be English."""
    sample = text[:_SAMPLE]
    script = _foreign_script(sample)
    if script:
        return script
    words = Counter(_WORD.findall(sample.lower()))
    total = words.total()
    if total < _FEW:
        return None
    shares = {name: sum(words[word] for word in known) / total for name, known in _FUNCTION_WORDS.items()}
    best = max(shares, key=lambda name: shares[name])
    english = sum(words[word] for word in _ENGLISH) / total
    return best if shares[best] > max(english, _MARGIN) else None


def _foreign_script(text: str) -> str | None:
    sample = text[:: max(1, len(text) // 5000)]
    others = [c for c in sample if c > _LAST_LATIN and c.isalpha()]
    if not others:
        return None
    scripts = Counter(unicodedata.name(c, "?").split(" ")[0].split("-")[0] for c in others)
    found = {name: n for name, n in scripts.items() if name in _SCRIPTS}
    if not found or sum(found.values()) <= sum(c.isalpha() for c in sample) / 2:
        return None
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > scripts["CJK"] / 10:
        return "Japanese"
    return _SCRIPTS[max(found, key=lambda name: found[name])]
