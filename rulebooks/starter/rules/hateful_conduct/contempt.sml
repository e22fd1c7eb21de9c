# hateful-conduct#contempt: a protected group as inferior, stupid, repulsive; hatred of it.

Import(rules=['models/event.sml', 'models/speech.sml'])

# It is said that the author thinks so, or that the author does not.
_DisownedEn = TextMatches(
    text=Speech,
    pattern=r"\b(?:think|thinks|mean|means|assume|assumes|say|says|said|claim|claims|not that|not because|not as if|as if|accuse me of|pretend|never said|don't|do not|would never|could never)(?: that)? (?:i|we) (?:\w+ )?(?:hate|despise|can't stand|am disgusted)",
)

_HateEn = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:i|we|everyone|everybody|y'all|i'm)(?: (?:{adverbs-en}|do|will always|have always|will forever|would|might|must admit i|fucking|still|came to|hereby|personally|also|have come to|have every right to|have started to|want to))* {hatred-en} (?:{determiners-en} )*{groups-en})(?:$|[^\w' -]| {after-noun-en}\b| {group-tails-en}\b)",
)
_DisgustEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-en}(?: {group-tails-en})?(?: who [\w' ]{1,50}?)? (?:{adverbs-en} )*(?:disgust|disgusts|repulse|repulses|repel|sicken|sickens|nauseate|revolt|revolts|appal|appall|enrage) (?:me|us)"
        r"|(?:i'm |i am |we're |we are |am )?(?:{adverbs-en} )*(?:disgusted|repulsed|sickened|nauseated|revolted|appalled|repelled) by (?:{determiners-en} )*{groups-en}"
        r"|{groups-en}\b[^.!?]{0,50} (?:fill|fills) me with (?:so much |such |pure |nothing but |only |utter )*(?:rage|hate|hatred|disgust|anger|loathing|revulsion|contempt)"
        r"|\b(?:i|we) (?:have|feel|'ve got|harbou?r)(?: (?:so much|such|nothing but|only|deep|pure|a lot of|a|real|utter|intense|great|endless|just))* (?:hatred|hate|disgust|contempt|disdain|loathing|rage|revulsion|scorn) (?:for|of|towards?|at) (?:{determiners-en} )*{groups-en}"
        r"|how much (?:hatred|hate|disgust|contempt|disdain) (?:i|we) (?:have|feel) for (?:{determiners-en} )*{groups-en}|there(?:'s| is| really is) nothing (?:worse|lower|more disgusting) than (?:{determiners-en} )*{groups-en}|(?:so |fucking )(?:sick|tired) of (?:being around |seeing |hearing from |looking at )?(?:{determiners-en} )*{groups-en}(?: {group-tails-en})"
        r"|{groups-en}\b[^.!?]{0,40} (?:make|makes) (?:me (?:so |feel )?(?:furious|sick|puke|vomit|want to (?:puke|vomit|throw up))|my (?:skin crawl|blood boil|stomach turn)))\b"
    ),
)
_IsEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-en}(?: {group-tails-en}| lives| brains?)?(?: who [\w' ]{1,40}?)?,? (?:are|is|were|r|look|looks|smell|smells|seem|can't help (?:themselves )?(?:but be|being)|can't stop (?:themselves from )?being|have always been|will always be|can be seen as|can never be anything but) (?:{adverbs-en} |considered |seen as )*{contempt-en})(?:$|[^\w' -]| {after-noun-en}\b)"
    ),
)
_TypicalEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>typical(?:ly)? (?:of |for |that |behaviou?r of )?(?:{determiners-en} )*{groups-en} (?:to be |would be |being |is |are )(?:{adverbs-en} )*{contempt-en}"
        r"|(?:only|just like|leave it to|trust) (?:{determiners-en} )*{groups-en} (?:can|could|would|to) (?:ever )?be (?:{adverbs-en} )*{contempt-en}"
        r"|(?:it's|it is|that's) (?:just )?(?:in|part of) (?:{determiners-en} )*{groups-en}'?s? (?:nature|blood|genes|dna) to (?:{adverbs-en} )*(?:be )?(?:{adverbs-en} )*(?:{contempt-en}|steal|lie|cheat|rape|kill))\b"
    ),
)
_FindEn = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:i|we) (?:{adverbs-en} |do |have always )*(?:find|found|consider|regard|see|view|think of) (?:{determiners-en} )*{groups-en}(?: {group-tails-en})?(?: as| to be)? (?:{adverbs-en} )*(?:{contempt-en}|{vermin-en}))(?:$|[^\w' -]| {after-noun-en}\b)",
)
_WorthEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:{groups-en}|{group-adjectives-en})(?:'s?)? (?:lives|life) (?:(?:has|have) (?:absolutely |literally |basically )?(?:no|zero) (?:value|worth|meaning)|(?:is|are) (?:{adverbs-en} )*(?:worth (?:{adverbs-en} |absolutely )*(?:nothing|less)|worthless|meaningless|of no value)|(?:aren't|isn't|are not|is not) worth (?:shit|anything|a damn|much|the)|(?:don't|do not|doesn't) (?:\w+ )?matter)"
        r"|{groups-en}(?: {group-tails-en})? (?:have|has|deserve|deserves) (?:absolutely |literally |basically )?(?:no|zero) (?:value|worth|respect|rights?|dignity|place in (?:our|this|a) \w+|compassion|sympathy)"
        r"|(?:i|we) (?:have|feel) (?:absolutely |literally )?(?:no|zero) (?:compassion|sympathy|respect|pity|empathy|mercy|remorse|love) (?:at all )?(?:for|towards?|with) (?:{determiners-en} )*{groups-en}"
        r"|{groups-en}(?: {group-tails-en})? (?:will |can |could )?(?:are|is|aren't|never be|ain't|isn't) (?:{adverbs-en} )*(?:not |never )?(?:{adverbs-en} )*(?:our|my) equals?"
        r"|{groups-en}(?: {group-tails-en})? (?:don't|do not|doesn't|will never|never) (?:{adverbs-en} )*(?:deserve|deserves) (?:{adverbs-en} |any |our )*(?:respect|rights|to exist|to breathe|compassion|sympathy|love|mercy|to be (?:loved|respected|treated (?:well|equally|with respect)|happy)|equal (?:rights|treatment)))\b"
    ),
)
_DangerEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-en}(?: {group-tails-en})?(?: (?:being|with|having|coming|living|in)[\w' ]{0,40})? (?:are|is|pose|poses|represent|will be|would be|spell) (?:{adverbs-en} )*(?:the ruin of|the downfall of|the end of|the death of|a danger to|a threat to|destroying|ruining|corrupting|poisoning|polluting|infesting|the root of all|to blame for|the reason why) (?:our|this|the|my|every|all|society|civili[sz]ation|humanity|western|european|america|everything))\b"
    ),
)
_NeverLikeEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:i'd|i would|i'd much) (?:rather|sooner) (?:die|be dead|have cancer|kill myself|shoot myself|eat (?:shit|glass)|be blind|[\w' ]{1,20}) than (?:ever )?(?:be (?:anywhere )?near|date|marry|talk to|touch|live (?:next to|with|near)|work (?:with|for)|sit next to|sleep with|be friends with|have|befriend|share [\w ]{1,20} with|see|vote for|be|become) (?:{determiners-en} )*{groups-en}"
        r"|(?:my|a|the|any) (?:dog|cat|pet|goldfish|hamster|toilet|rat|child|toddler|monkey)(?: is|'s) (?:{adverbs-en} |far |much |way )*(?:smarter|cleverer|more intelligent|more civili[sz]ed|cleaner|more human|better|brighter|worth more) than (?:{determiners-en} )*{groups-en}"
        r"|(?:no one|nobody|who) (?:in their right mind )?(?:really |ever |would |will |could |even |should )*(?:want|wants|like|likes|love|loves|care about|cares about|trust|trusts|need|needs|respect|respects|miss|misses|marry|date|hire) (?:{determiners-en} )*{groups-en})\b"
    ),
)
_BafflesEn = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:i (?:really )?(?:can't|don't|cannot|do not) understand|it (?:baffles|amazes|astounds|disgusts) me|i (?:don't|do not) (?:know|get|see)) (?:why|how|that) (?:\w+ ){1,4}(?:care|cares|cared|bother|likes?|loves?|respects?|marry|date|defend|tolerate|value) (?:even |the slightest |in the |about |with |for |to |least |bit )*(?:the lives of |lives of |what happens to |the rights of )?(?:{determiners-en} )*{groups-en})\b",
)
_TakenUpEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b{groups-en}\b[^!?]{0,90}(?:[.!?,;] ?|\band )(?P<quote>(?:and )?(?:i|we) (?:{adverbs-en} |do |fucking )*{hatred-en} (?:them|em|'em|every (?:single |last )?one of them|all of them|each (?:and every )?one of them))\b"
    ),
)
_SpokenOfEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b{groups-en}\b[^.!?]{0,80}(?:[.!?,;] ?|\bbut |\band )(?:i just think |i think |clearly |in fact |really |honestly |of course |no wonder |don't forget )?(?P<quote>(?:they|most of them|all of them)(?:'re| are|'ve always been| have always been| will always be| can be) (?:{adverbs-en} )*(?:disgusting|repulsive|repugnant|revolting|vile|despicable|inferior|subhuman|worthless|savages|barbaric|evil|uncivili[sz]ed|undesirable|stupid|dumb|idiots|morons|retarded))(?:$|[^\w' -]| {after-noun-en}\b)"
        r"|\b(?:(?:of course |no wonder )?they (?:would|are|were)[^.!?]{1,40}[.!?] ?they(?:'re| are) (?:{determiners-en} |just |only |after all )*{groups-en}(?: after all)?)\b"
    ),
)
_IfYouAreEn = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:if|when) (?:you|you're|someone|somebody|a person|they|he|she)(?:'s| are| is|'re)? (?:{determiners-en} )*(?:{groups-en}|{group-adjectives-en}),? (?:then )?(?:you|he|she|they)(?:'re| are|'s| is)? (?:{adverbs-en} |are |is |most likely |obviously |automatically |likely )*{contempt-en})\b",
)
_ProfanityEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:you|these|those|all|all the|all these|bunch of|fuck (?:all )?(?:of )?(?:the |you |these |those )?|fuck off,? (?:you )?)(?: (?:stupid|dumb|dirty|filthy|fucking|goddamn|damn|bloody|disgusting|ugly|worthless|lazy|fat|ignorant|useless|you|all))+ {groups-en}"
        r"|fuck (?:all |off |the |you |these |those |all the |you all |all those |all these )*{groups-en}"
        r"|(?:what is it with|what's (?:wrong |the matter )?with|what is wrong with) (?:you |these |those |all )*(?:fucking|goddamn|damn|bloody|stupid|dumb|filthy|dirty) {groups-en}"
        r"|{groups-en}(?: {group-tails-en})? (?:should|must|need to|ought to|can|better) (?:all |just |really |please |fucking )*(?:shut (?:the fuck |the hell |their (?:fucking |stupid |dirty )?(?:mouths?|traps?|gobs?) ?)?up|fuck off|go fuck themselves|stfu))\b"
    ),
)
_ProfaneIsEn = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>{groups-en} (?:who|that) [\w' ]{1,40} (?:are|is) (?:{adverbs-en} )*(?:fucking|goddamn) (?:{adverbs-en} )*{contempt-en})\b",
)

_HateEs = TextMatches(
    text=Speech,
    pattern=(
        r"(?:^|[^\w ]|^[^.!?]*?\b(?:que|yo|tanto|realmente|y|todos|obvio que|cuenta de que|más que|ver que|saben que|sabe que|siempre|te juro que|claro que)) ?\b(?P<quote>(?:odio|detesto|desprecio|aborrezco|odiamos|despreciamos|no soporto|no aguanto|me repugnan|me dan (?:mucho |tanto |un )?asco|me asquean|asco me dan|me enferman) (?:mucho |tanto |profundamente |a |todos |todas |todo |los |las |la |el |lo |esos |esas |estos |estas |cualquier |ver |putos |jodidos |malditos |de )*{groups-es})\b"
    ),
)
_DisgustEs = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-es}(?: como (?:tú|tu|ustedes|vosotros|ellos|ellas))?(?: que [\w ]{1,40}?)? (?:me |nos )?(?:dan|da|causan|provocan|producen) (?:mucho |tanto |un |muchísimo )*(?:asco|repugnancia|náuseas|grima)|(?:asqueado|asqueada|harto|harta|asqueados) de (?:todos |todas |los |las |estos |estas |esos |esas |tantos |tantas |ustedes |vosotros |tanto )*{groups-es}|me (?:llenan?|dan?|provocan?|hacen?|producen?) (?:de |mucha |tanta |sentir )*(?:rabia|odio|ira|asco|furia|repulsión|vomitar)(?: de)? (?:todos |todas |los |las |estos |estas |esos |esas |ver |a |que |ustedes |cualquier |un |una )*{groups-es}|(?:siento|tengo) (?:tanto |mucho |un |un gran |verdadero |puro |solo |un profundo )*(?:odio|asco|desprecio|rechazo|repulsión) (?:por|hacia|a|contra) (?:todos |todas |ustedes |vosotros |los |las |esos |esas |estos |,)*,? ?(?:los |las )?{groups-es})\b"
    ),
)
_IsEs = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-es}(?: como (?:tú|tu|vos|ustedes|vosotros|ellos|ellas|él|ella)| de (?:aquí|este país))?(?: que [\w ]{1,40}?)?,? (?:son|sois|es|eres|parecen|huelen|se ven|siempre han sido|siempre serán) (?:{adverbs-es} )*{contempt-es}|(?:es |muy |qué |que )*típico de (?:un |una |los |las |estos |estas |esos )*{groups-es} ser (?:{adverbs-es} )*{contempt-es}|(?:solo|sólo|solamente|únicamente) (?:los |las |un |una )*{groups-es} (?:pueden|puede|podrían|podría|son|es)(?: ser)? (?:así de )?(?:{adverbs-es} )*{contempt-es}|está en la naturaleza de (?:los |las |un |una )*{groups-es} ser (?:{adverbs-es} )*{contempt-es}|(?:encuentro|considero|veo|me parecen) (?:que |a )?(?:todos |todas |los |las |estos |esas |esos )*{groups-es}(?: como tú)? (?:{adverbs-es} )*(?:{contempt-es}|{vermin-es}))\b"
    ),
)
_WorthEs = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:la vida|las vidas|vida|vidas)(?: de)? (?:los |las |un |una |ustedes,? |vuestras |estos |esos |cualquier |de )*(?:los |las )?{groups-es}(?: como (?:tú|tu))? (?:no (?:vale|valen) (?:absolutamente )?(?:nada|una mierda|la pena|un)|no (?:tiene|tienen|importa|importan|debería)|carece|carecen|es insignificante)[\w ]{0,30}|{groups-es}(?: como (?:tú|tu|ustedes))? (?:no (?:valen|vale|merecen|merece|tienen|tiene) (?:absolutamente )?(?:nada|para nada|ningún|ninguna|derecho|respeto|vivir|existir|la pena|valor)|no son (?:nuestros?|mis?|nuestras?) (?:iguales|igual))|(?:no (?:tengo|siento) (?:ninguna?|ningún) (?:compasión|respeto|pena|empatía|simpatía|lástima)|cero (?:respeto|compasión)) (?:por|hacia|con) (?:los |las |un |una |ningún |ninguna |cualquier |,)*{groups-es})\b"
    ),
)
_TakenUpEs = TextMatches(
    text=Speech,
    pattern=r"\b{groups-es}\b[^!?]{0,90}(?:[.!?,;] ?|\by )(?P<quote>(?:y |yo |realmente |de verdad |cómo )*(?:los|las) (?:odio|detesto|desprecio|aborrezco)(?: a todos| a todas)?)\b",
)
_DisownedEs = TextMatches(
    text=Speech,
    pattern=r"\b(?:no|nunca|jamás|ni|tampoco) (?:\w+ )?(?:odio|detesto|desprecio|aborrezco|me (?:dan|da) asco|siento odio)\b",
)
_ProfanityEs = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:putos|putas|jodidos|jodidas|malditos|malditas|pinches|cochinos|cochinas|puñeteros|asquerosos|asquerosas|sucios|sucias|estúpidos|estúpidas|puto|maldito|maldita|jodido) {groups-es}|que se jodan (?:todos |todas |los |las |esos |estas )*{groups-es}|{groups-es} (?:deberían|debería|tienen que|tendrían que) (?:todos |todas |de una puta vez |simplemente )*(?:cerrar (?:la|el) (?:maldita|puta|jodida|pinche|pico|boca|hocico)|callarse (?:la|de una)))",
)

_HateDe = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:ich|wir) (?:hasse|hassen|verachte|verachten|verabscheue|verabscheuen) (?:{adverbs-de} |euch |solche |jede |jeden |sie |von |ganzen |scheiß |scheiss )*{groups-de}|(?:hasse|verabscheue|verachte) (?:ich |wir |{adverbs-de} |euch |solche |jede |jeden |ganzen )*{groups-de}|(?:mich |mir |ich finde )?(?:ekeln|widern|kotzen|nerven) (?:mich |{adverbs-de} |solche |jede )*{groups-de}(?: an)?|{groups-de}(?: wie (?:du|die|ihr|sie))? (?:ekeln|widern|kotzen) mich (?:{adverbs-de} )*(?:an)?|ich (?:empfinde|habe|fühle|spüre) (?:{adverbs-de} |solchen |puren |tiefen |nichts als |nur |großen )*(?:hass|ekel|verachtung|abscheu|abneigung) (?:für|gegen|auf|gegenüber|vor) (?:{adverbs-de} |euch |solche |allen |den |diesen )*{groups-de}|(?:ich finde|ich halte) (?:{adverbs-de} |solche |euch )*{groups-de}(?: wie dich)? (?:{adverbs-de} |für )*{contempt-de})\b",
)
_IsDe = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>{groups-de}(?: wie (?:du|dich|dir|sie|die|ihr|euch|diese)| hier)?(?:, die [\w ]{1,40},)? (?:sind|ist|seid|bleiben|stinken|wirken) (?:{adverbs-de} |als )*{contempt-de}|(?:typisch|typisch für) (?:{adverbs-de} )*{groups-de}(?:,| so)* (?:{adverbs-de} )*(?:{contempt-de})|nur {groups-de} (?:können|sind|kann) (?:{adverbs-de} )*{contempt-de}|(?:das leben|die leben|leben)(?: von| der| des| eines| einer| jedes)? (?:{adverbs-de} )*{groups-de} (?:ist|sind|hat|haben) (?:{adverbs-de} )*(?:nichts wert|wertlos|keinen wert|bedeutungslos)|{groups-de} (?:verdienen|verdient|haben) (?:{adverbs-de} )*(?:keinen respekt|keine rechte|keine würde|kein mitleid|keinen wert|keine liebe))(?:$|[^\w-]| (?:und|oder|die|der|in|für|mich|mir|von|zu|als|aus|auf|dass|wenn|weil)\b)",
)
_DisownedDe = TextMatches(
    text=Speech,
    pattern=r"\b(?:hasse|verachte|verabscheue|hassen)\b[^.!?]{0,40}\b(?:nicht|niemals|keine|keinen|keineswegs)\b",
)
_TakenUpDe = TextMatches(
    text=Speech,
    pattern=r"\b{groups-de}\b[^!?]{0,90}[.!?,;] ?(?:und )?(?P<quote>ich (?:hasse|verachte|verabscheue) (?:sie|die|euch|diese|jeden von ihnen|jede von ihnen)(?: alle)?)\b",
)
_ProfanityDe = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:scheiß|scheiss|drecks|verdammte|verfickte|verkackte|verschissene|dreckige|dumme|stinkende|blöde|widerliche|ekelhafte)[ -]?{groups-de}|fickt euch,? (?:ihr )?(?:alle )?{groups-de})\b",
)

_HateFr = TextMatches(
    text=Speech,
    pattern=r"(?:\bje |\bj'|\bon |\bnous )(?P<quote>(?:hais|déteste|détestons|haïssons|exècre|abhorre|méprise|ai horreur d|ai la haine|vomis|ne supporte pas|ne supporte plus|peux pas (?:blairer|saquer|encadrer|sentir|voir)|ne peux pas (?:supporter|voir|sentir)) ?(?:{adverbs-fr} |ces |cette |chaque |vous,? |contre |ce |cet |es )*{groups-fr})\b",
)
_DisgustFr = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>{groups-fr}(?: comme (?:toi|vous|eux))?(?: qui [\w' ]{1,40}?)? (?:me|nous) (?:{adverbs-fr} )*(?:dégoûtent|dégoûte|répugnent|répugne|débectent|écœurent|font (?:gerber|vomir|horreur)|donnent (?:envie de (?:vomir|gerber)|la nausée)|remplissent de (?:rage|haine|dégoût))|(?:dégoûté|dégoûtée|écœuré|écœurée) (?:par|de) (?:{adverbs-fr} |ces |toutes |tous )*{groups-fr}|j'ai (?:{adverbs-fr} |tant de |tellement de )*(?:haine|dégoût|mépris) (?:pour|envers|contre) (?:{adverbs-fr} |ces |vous,? )*{groups-fr})\b",
)
_IsFr = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>{groups-fr}(?: comme (?:toi|vous|eux|elles|lui|ça)| d'ici)?(?: qui [\w' ]{1,40}?)?,? (?:sont|est|es|êtes|ne sont que|puent|ont toujours été) (?:{adverbs-fr} ?)*{contempt-fr}|(?:c'est |bien )*typique d(?:'|e |es )(?:{adverbs-fr} ?)*{groups-fr} d'être (?:{adverbs-fr} ?)*{contempt-fr}|(?:il n'y a que|seuls|seules|seul) (?:{adverbs-fr} ?)*{groups-fr} (?:pour être|peuvent être|peut être) (?:{adverbs-fr} ?)*{contempt-fr}|je (?:trouve|considère) (?:{adverbs-fr} ?|ces |que )*{groups-fr}(?: comme toi)? (?:sont |comme )?(?:{adverbs-fr} ?)*(?:{contempt-fr}|{vermin-fr})|(?:la vie|les vies|vie|vies)(?: d'| de | des | du )?(?:{adverbs-fr} ?)*{groups-fr} ne (?:vaut|valent|compte|comptent) (?:rien|pas)|{groups-fr} ne (?:méritent|valent|mérite|vaut) (?:rien|aucun|pas de|pas le|aucune) ?(?:respect|droit|droits|compassion|amour)?)\b",
)
_DisownedFr = TextMatches(
    text=Speech,
    pattern=r"\b(?:je ne|j'ai jamais|je n'ai|jamais) (?:\w+ )?(?:hais|déteste|méprise) (?:pas|point|aucun|absolument)?\b",
)
_TakenUpFr = TextMatches(
    text=Speech,
    pattern=r"\b{groups-fr}\b[^!?]{0,90}[.!?,;] ?(?:et )?(?P<quote>je les (?:hais|déteste|méprise|exècre)(?: tous| toutes)?)\b",
)
_ProfanityFr = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:putain de|sale|sales|saleté de|saloperie de|foutus|foutues|bande de sales?) {groups-fr}|nique (?:les |tous les |sa mère les )?{groups-fr}|(?:que )?les {groups-fr} (?:devraient|aillent) (?:tous |toutes )*(?:fermer leurs? (?:gueules?|bouches?)|la fermer|se faire (?:foutre|enculer)))\b",
)

_HateZh = TextMatches(
    text=Speech,
    pattern=(
        r"(?:^|[我们，。！？,.!?：: ]|其实|真的|就是|最|很|都|知道|明显)(?P<quote>(?:我|我们)(?:真的|真|最|很|非常|特别|超级|极度|极其|十分|都|一直|就|就是|打心底里|打心底|从心底|实在|好|彻底|完全|万分|他妈|太|越来越|也)*(?:恨|讨厌|厌恶|憎恨|憎恶|痛恨|鄙视|受够了|看不起|瞧不起|反感|恶心|嫌弃|恨透了|受不了)(?:死|透|极)?(?:了)?(?:所有|那些|这些|你们|这帮|这群|每一个|任何|你们这些|一切|的|全部|该死的|这种|那种)*{groups-zh})"
        r"|(?:{groups-zh}(?:们)?(?:真的|真|太|都|全都|总是|简直|实在|就是|也|只会|会)*(?:让|令|使)(?:我|我们|人)(?:感到|觉得|很|非常|极度|特别|极其|如此|十分|这么|好|太)*(?:恶心|作呕|厌恶|讨厌|反感|愤怒|气愤|想吐|厌烦|憎恶|鄙视))"
    ),
)
_IsZh = TextMatches(
    text=Speech,
    pattern=(
        r"(?P<quote>(?:像你(?:们)?(?:这样|一样)的|那种|这种|这些|那些|所有|你们|大多数)?{groups-zh}(?:们)?(?:大多|基本上|一般|多半|本来|天生|生来)?(?:都|全|全都|就|真|真的|太|很|非常|这么|那么|如此|极其|极度|根本|实在|简直|最|是|就是|都是|只是|一群|一帮|绝对|毫无疑问|显然|彻底|彻头彻尾|十足|的|又|特别|超|贼|好|让人|多么|有多|他妈|挺|比较)+{contempt-zh})"
        r"|(?:(?:我|我们|在我看来|由我看来|对我来说|我个人)(?:一直|真的|真|就|都|个人|，|,)*(?:觉得|认为|看来|发现)?(?:，|,)?(?:所有|那些|这些|你们|像你这样的|每个|那种|这种)*(?:的)?{groups-zh}(?:们)?(?:都|就|很|真|太|非常|是|是一群|极其|令人|的|最)*(?:{contempt-zh}|{vermin-zh}))"
    ),
)
_WorthZh = TextMatches(
    text=Speech,
    pattern=r"(?P<quote>{groups-zh}(?:们)?的?(?:命|生命|性命|生活)(?:都|就|根本|对我来说|真的|完全)*(?:不值钱|一文不值|没有(?:任何|一点|什么)?(?:价值|意义)|毫无(?:价值|意义)|不重要|无足轻重|算什么|不值一提)|{groups-zh}(?:们)?(?:都|就|根本|显然|完全|永远|绝对)*(?:不和我们平等|不可能和我们平等|与我们不平等|不配(?:得到|拥有|活|有|被)|没有(?:资格|权利)|不值得(?:被)?(?:尊重|同情|爱|拥有|活)|低(?:我们|人)一等)|我对(?:像你这样的|任何|那些|这些|你们|所有|的)*{groups-zh}(?:们)?(?:没有|毫无|无)(?:任何|一点|半点)?(?:同情心|同情|尊重|怜悯|怜悯之心|好感))",
)
_TakenUpZh = TextMatches(
    text=Speech,
    pattern=r"{groups-zh}[^！？!?]{0,60}[，。！,.! ]?(?P<quote>我(?:真|真的|很|非常|就是|恨不得|都|最|特别)?(?:恨|讨厌|憎恨|厌恶|鄙视|痛恨)(?:死|透)?(?:了)?(?:他们|她们|它们)(?:所有人|中的每一个|每一个|全部|每个人)?)",
)
_DisownedZh = TextMatches(
    text=Speech,
    pattern=r"(?:不恨|不讨厌|不是恨|并不恨|没有恨|从不恨|不会恨|不厌恶|从没恨|不憎恨|一点也不|一点都不|绝不是|并不是|完全不|并不|绝不|都不是|根本不是|不是)",
)

ContemptForGroup = Rule(
    when_all=[
        _HateEn
            or _DisgustEn
            or _IsEn
            or _TypicalEn
            or _FindEn
            or _WorthEn
            or _DangerEn
            or _NeverLikeEn
            or _BafflesEn
            or _TakenUpEn
            or _SpokenOfEn
            or _IfYouAreEn
            or _ProfanityEn
            or _ProfaneIsEn
            or (
                (_HateEs or _DisgustEs or _IsEs or _WorthEs or _TakenUpEs or _ProfanityEs)
                and not _DisownedEs
            )
            or ((_HateDe or _IsDe or _TakenUpDe or _ProfanityDe) and not _DisownedDe)
            or ((_HateFr or _DisgustFr or _IsFr or _TakenUpFr or _ProfanityFr) and not _DisownedFr)
            or ((_HateZh or _IsZh or _TakenUpZh) and not _DisownedZh)
            or _WorthZh,
        not _DisownedEn,
        not Retold,
        not Condemns,
    ],
    description='A protected group is said to be inferior, repulsive or hated, in the author\'s own voice',
)
WhenRules(rules_any=[ContemptForGroup], then=[Breach(clause='hateful-conduct#contempt')])
