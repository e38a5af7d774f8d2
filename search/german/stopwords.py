"""Which words say nothing about a document: they count in phrases only."""

from __future__ import annotations

from search.german.folding import fold

_WORDS = """
    aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes auch auf aus bei bin
    bis bist da damit dann das dass daß dein deine dem den denn der deren derer des desselben dessen dich die dies diese
    diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch euer für gegen
    hab habe haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem ins
    ist jede jedem jeden jeder jedes jene jenem jenen jener jenes jetzt kann kein keine keinem keinen keiner können
    könnte machen man manche mein meine mich mir mit muss musste nach nicht nichts noch nun nur ob oder ohne sehr sein
    seine seinem seinen seiner seines selbst sich sie sind so solche solchem solchen solcher soll sollte sondern sonst
    über um und uns unser unsere unserem unseren unter viel vom von vor während war waren warst was weg weil weiter
    welche welchem welchen welcher wenn werde werden wie wieder will wir wird wirst wo wollen wollte würde würden zu zum
    zur zwar zwischen
"""
STOP_WORDS = frozenset(map(fold, _WORDS.split()))
