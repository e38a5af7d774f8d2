"""The strong and irregular verbs: stems that differ from the infinitive's, as Snowball leaves them of folded forms."""

from __future__ import annotations

_VERBS = """
    backen backt buk; befehlen befiehlt befahl befohl; beginnen begann begonn; beissen biss gebiss; bergen birgt
    barg geborg; betrugen betrog; biegen bog gebog; bieten bot gebot; binden band gebund; bitten bat gebet; blasen
    blast blies geblas; bleiben blieb geblieb; braten brat briet gebrat; brechen bricht brach gebroch; brennen
    brannt gebrannt; bringen bracht gebracht; denken dacht gedacht; dringen drang gedrung; durfen darf durft
    gedurft; empfehlen empfiehlt empfahl empfohl; erloschen erlischt erlosch; erschrecken erschrickt erschrak
    erschrock; essen isst ass gegess; fahren fahrt fuhr gefahr; fallen fallt fiel gefall; fangen fangt fing gefang;
    finden fand gefund; fliegen flog geflog; fliehen floh gefloh; fliessen floss gefloss; fressen frisst frass
    gefress; frieren fror gefror; geben gibt gab gegeb; gehen ging gegang; gelingen gelang gelung; gelten gilt galt
    gegolt; geniessen genoss; geschehen geschieht geschah; gewinnen gewann gewonn; giessen goss gegoss; gleichen
    glich geglich; gleiten glitt geglitt; graben grabt grub gegrab; greifen griff gegriff; halten halt hielt gehalt;
    hangen hing gehang; heben hob gehob; heissen hiess geheiss; helfen hilft half geholf; kennen kannt gekannt;
    klingen klang geklung; kommen kam gekomm; laden ladt lud gelad; lassen lasst liess gelass; laufen lauft lief
    gelauf; leiden litt gelitt; leihen lieh gelieh; lesen liest las geles; liegen lag geleg; lugen log gelog; meiden
    mied gemied; messen misst mass gemess; mogen mag mocht gemocht; nehmen nimmt nahm genomm; nennen nannt genannt;
    pfeifen pfiff gepfiff; preisen pries gepries; raten rat riet gerat; reiben rieb gerieb; reissen riss geriss;
    reiten ritt geritt; rennen rannt gerannt; riechen roch geroch; ringen rang gerung; rufen rief geruf; salzen
    gesalz; saugen sog gesog; schaffen schuf geschaff; scheiden schied geschied; scheinen schien geschien; schelten
    schilt schalt gescholt; schieben schob geschob; schiessen schoss geschoss; schlafen schlaft schlief geschlaf;
    schlagen schlagt schlug geschlag; schleichen schlich geschlich; schliessen schloss geschloss; schmeissen schmiss
    geschmiss; schmelzen schmilzt schmolz geschmolz; schneiden schnitt geschnitt; schreiben schrieb geschrieb;
    schreien schrie geschrie; schreiten schritt geschritt; schweigen schwieg geschwieg; schwellen schwillt schwoll
    geschwoll; schwimmen schwamm geschwomm; schwinden schwand geschwund; schwingen geschwung; schworen schwor
    geschwor; sehen sieht sah geseh; senden sandt gesandt; singen sang gesung; sinken sank gesunk; sitzen gesess;
    spinnen spann gesponn; sprechen spricht sprach gesproch; springen sprang gesprung; stechen sticht stach gestoch;
    stehen stand gestand; stehlen stiehlt stahl gestohl; steigen stieg gestieg; sterben stirbt starb gestorb;
    stinken stank gestunk; stossen stosst stiess gestoss; streichen strich gestrich; streiten stritt gestritt;
    tragen tragt trug getrag; treffen trifft traf getroff; treiben trieb getrieb; treten tritt trat getret; trinken
    trank getrunk; trugen trog getrog; tun tut tat getan; verderben verdirbt verdarb verdorb; vergessen vergisst
    vergass; verlieren verlor; wachsen wachst wuchs gewachs; waschen wascht wusch gewasch; weichen wich gewich;
    weisen wies gewies; wenden wandt gewandt; werben wirbt warb geworb; werfen wirft warf geworf; wiegen wog gewog;
    winden wand gewund; wissen weiss wusst gewusst; ziehen zog gezog; zwingen zwang gezwung
"""


def _read(lines: str) -> dict[str, str]:
    stems: dict[str, str] = {}
    for verb in lines.split(";"):
        infinitive, *forms = verb.split()
        for form in forms:
            stems.setdefault(form, infinitive)
    return stems


INFINITIVES = _read(_VERBS)
"""Stem of a form → infinitive, both folded: gegang → gehen. Participles keep their ge-, which a prefix precedes."""
