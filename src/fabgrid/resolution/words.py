"""Lists of words that the rules for names go by."""

from __future__ import annotations

__all__ = ["GENERIC", "LEGAL_FORMS", "SMALL", "TAILS", "TITLES"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that an abbreviation may leave out, and that a name writes small.
SMALL = _words(
    """
    a an and at by de des di du for in la le of on or the to und von
    """
)

# They end the name of a company and tell nothing.
LEGAL_FORMS = _words(
    """
    ab ag as asa bhd bv co companies company corp corporation cv gmbh holding holdings inc incorporated
    jsc kg kgaa kk limited llc llp lp ltd nv oy oyj pjsc plc pte pty sa sab sarl sas se spa srl tbk
    """
)

# They name no single thing: as a short name each would point to many.
GENERIC = _words(
    """
    academy administration advanced agency alliance american api applied army asia asian assembly
    association authority bank bill board britain british bureau cabinet canadian capital center centre
    chamber chief chinese chip chips city cloud coalition college commission committee commons computing
    congress consortium consumer corporation council county court data defense department digital direct
    district division dutch dynamic east eastern economy education electric electronics energy
    engineering enterprise environment equipment europe european exchange federal federation finance
    financial first force forum foundation foundry french fund gas general german global government grid
    group health house independent india indian industrial industries infrastructure innovation institute
    integrated intelligence international investment investor investors israeli italian japan japanese
    korea korean lab laboratory labs legislature logic management market markets media memory micro
    military minister ministry mobile motor national navy network networks new nordic north northern
    nuclear office oil operator organization pacific parliament partner partners party pentagon power
    precision president program project public quantum regional regulator republic research resources
    russian science secretary security semiconductor semiconductors senate service services smart society
    software solar solutions south southern standard state states sun supreme system systems taiwanese
    tech technical technologies technology telecom trade treasury trust union unit united university
    utilities utility venture ventures water west western wind works world
    """
)

# They stand before the name of a person.
TITLES = _words(
    """
    acting admiral ambassador analyst captain ceo cfo chair chairman chairwoman chancellor chief colonel
    commissioner congressman congresswoman coo cto dame deputy director dr former founder general
    governor judge justice king lady late lord mayor minister miss mr mrs ms pope premier president
    prince princess prof professor queen representative secretary senator sir then vice
    """
)

# What a product is: "Blackwell GPUs" is Blackwell.
TAILS = _words(
    """
    accelerator accelerators assistant chatbot chip chips cluster clusters cpu cpus family generation gpu
    gpus line model models module modules platform processor processors rack racks series server servers
    superchip superchips system systems technology unit units
    """
)
