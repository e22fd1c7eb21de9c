# hateful-conduct#threats: violence against a protected group, threatened, called for, wished or justified.

Import(rules=['models/event.sml', 'models/speech.sml'])

_IWillEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:i|we|i'm|we're|i'd|we'd|i'll|we'll|let's|lets|let us|im|ill|someone|somebody|everyone|everybody|one|they|you|y'all|the government|the police|the army|god|hitler|people)(?: (?:just|really|will|would|am|are|is|should|shoulda|must|can|could|ought to|want to|wants to|wanna|need to|needs to|have to|has to|going to|gonna|gon|love to|like to|got to|gotta|might|may|all|go|go out and|today|tomorrow|tonight|fucking|totally|definitely|start|finally|only|soon|be|have|had|please|to|wish i could|wish to|hope to|plan to|intend to|be happy to|be glad to|happily|gladly|personally|simply|immediately|first|better|literally|urge to|dream of|get to|do|what we|always|keep|best to|it would be best to))*"
        r" (?:{violence-en}|{violence-done-en}|{violence-doing-en}) (?:{determiners-en} )*{groups-en})\b"
    ),
)
_OrderEn = TextMatches(
    text=Speech,
    pattern=(
        r"(?:^|[.!?:;,] ?|\b(?:and|so|please|just|then|time to|need to|have to|let's|should|must|duty to|right to|ready to|going to|gonna|want to|wanna|like to|love to) )(?P<quote>{violence-en} (?:every |all |all of |all the |all those |all these |the |these |those |them |any |every single |every last |fucking |filthy |you |as many |more )+{groups-en})\b"
    ),
)
_MakeThemEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:i|we|i'm|we're|i'll|we'll|i'd|let's|lets|someone|somebody)(?: (?:just|really|will|would|am|are|should|must|going to|gonna|want to|wanna|love to|need to|have to|to|all|fucking|see|like to|can))* (?:make|watch|see) (?:{determiners-en} )*{groups-en} (?:{adverbs-en} )*(?:suffer|bleed|beg|cry|scream|pay|die|burn|hang|dead|in pain|be killed|be raped|being killed)"
        r"|(?:snap|break|wring|slit|cut|slash|twist) (?:that|your|those|the|their|his|her)(?: (?:{group-adjectives-en}|{adverbs-en}))* (?:{group-adjectives-en}|{groups-en})(?:'s?)? (?:neck|necks|throat|throats|head|face|legs|arms|skull)s?"
        r"|(?:bash|smash|kick|beat|blow|punch|cave)(?: in)? (?:that|your|those|the|their)(?: {adverbs-en})* (?:{group-adjectives-en}) (?:head|face|brains|skull|teeth|ass)(?: in| out)?"
        r"|(?:snap|break|wring|slit|cut|slash|twist) (?:the |their )?(?:necks?|throats?|heads?)(?: off)?(?: of)? (?:{determiners-en} )*{groups-en}|(?:snap|break|wring|slit|cut|slash) (?:{determiners-en} )*{groups-en}'?s?'? (?:necks?|throats?|heads?)"
        r"|(?:will|'ll|gonna|going to|want to|wanna|should) (?:{adverbs-en} )*{violence-en} you and (?:any|all|every)(?: of)?(?: the)?(?: other)? {groups-en}"
        r"|(?:execution|death|extermination|genocide|gas|the rope|hanging|a bullet|violence|sterili[sz]ation) is (?:{adverbs-en} )*(?:the (?:only )?(?:solution|answer|cure|way|thing)|what) (?:for |(?:that )?)(?:{determiners-en} )*{groups-en}"
        r"|(?:put|stick) (?:a bullet|bullets|a knife|an axe) (?:in|into|through) (?:{determiners-en} |the head of |the heads of |their )*{groups-en})\b"
    ),
)
_OughtEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-en}(?: {group-tails-en})?(?: who [\w' ]{1,40}?)? (?:should|would|must|need|needs|ought|has to|have to|deserve|deserves|had better|better|gotta|can|can all|shall|will|are going)(?: (?:all|just|really|fucking|simply|immediately|get|have|been|to|be|publicly|literally|have to|only|definitely|absolutely|probably|clearly|go|slowly|painfully|finally|soon|always|a))* (?:{violence-done-en}|die|burn|hang|rot|suffer|perish|bleed|burn in hell|burn alive|drown|starve|extinct|death|bullet|death penalty|the death penalty|a bullet|beating|a beating|every beating|to be hit|kill themselves|drop dead|disappear from (?:the|this) (?:earth|planet|face)|cease to exist|off themselves|be wiped))(?:$|[^\w' -]| {after-noun-en}\b| {group-tails-en}\b| (?:right|immediately|slowly|alive|painfully|publicly|without|until|after|before)\b)"
    ),
)
_LegalEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{violence-doing-en} (?:{determiners-en} )*{groups-en}(?: {group-tails-en})? (?:should(?:n't| not| never) be (?:illegal|a crime|punished|punishable|criminal|against the law|considered)|(?:should|ought to|must) be (?:{adverbs-en} )*(?:legal|allowed|legali[sz]ed|decriminali[sz]ed|encouraged|mandatory|rewarded|a sport|normal)|(?:is|would be|is not|isn't) (?:{adverbs-en} )*(?:fine|ok|okay|fun|good|a good thing|the (?:only |right )?(?:answer|solution|way)|justified|right|no crime|a crime|necessary|murder|wrong|your duty|a public service)))\b"
    ),
)
_DeathEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>death (?:to|upon|for) (?:{determiners-en} )*{groups-en}"
        r"|(?:world|country|place|city|planet|society|earth|life|everything|everyone|we|all)(?:'d| would| will| could|'ll)? (?:all |only |finally |surely |definitely )*(?:be|is|are) (?:so |much |far |a lot |a |{adverbs-en} )*(?:better|safer|cleaner|happier|nicer|better place)(?: off| place)? (?:without (?:{determiners-en} )*{groups-en}|(?:if|when|once) (?:{determiners-en} )*{groups-en} (?:were|was|are|is|would|had)(?: (?:all|just|to|be|been|finally))* (?:{violence-done-en}|gone|dead|die|disappear|no more|extinct))"
        r"|(?:i|we|one|you)(?: (?:can|could|really|only|just|do|would|all))* (?:hope|hopes|wish|wishes|pray|prays|want|look forward to seeing|dream of) (?:that )?(?:someone |somebody |god |they )?(?:(?:will |would |can |to |please |finally )*(?:{violence-en}|put an end to|get rid of|gets rid of|kills) )?(?:{determiners-en} )*{groups-en} (?:(?:will |would |were |to |all |just |get |gets |be |are |slowly |could )*(?:{violence-done-en}|die|dies|die out|burn|suffer|rot|perish|disappear)|like you (?:die|suffer|burn))"
        r"|(?:i|one|we) (?:can only |could only |only |just |really )*(?:hope|pray|wish) (?:that )?(?:someone|somebody) (?:will |would |finally |please )*(?:put an end to|{violence-en}|put a stop to|finish off) (?:{determiners-en} )*{groups-en}"
        r"|the only good {groups-en} (?:is|are) (?:a )?dead"
        r"|(?:{groups-en}) lives? (?:must|should|deserve to) (?:end|be ended)"
        r"|(?:must|should|can|will|do|shall)(?: ?n't| not| never) (?:let|allow) (?:{determiners-en} )*{groups-en}(?: {group-tails-en})? (?:to )?(?:live|survive|breathe|exist)"
        r"|{groups-en}(?: {group-tails-en})? (?:(?:don't|do not|doesn't|does not) deserve|(?:should|must|can)(?:n't| not| never) (?:be allowed|be permitted|get|have the right)) to (?:live|exist|breathe|be alive|survive|be alive)"
        r"|gas (?:the|all|all the|every|those|these) {groups-en}|lynch (?:the|all|every|those|these|some|more|them) (?:{group-adjectives-en} )*{groups-en})\b"
    ),
)
_NoneEn = TextMatches(
    text=Speech,
    pattern=r"\b(?:no|not one|not a single|none of|never|not any) (?:{determiners-en} )*{groups-en}(?: {group-tails-en})? (?:ought|deserves?|should|must|needs?|has|have)\b",
)
_TakenUpEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b{groups-en}\b(?: {group-tails-en})?[^!?]{0,90}(?:[.!?,;] ?|\b(?:and|so|that|but) )(?P<quote>(?:(?:i|we|i'm|we're|i'll|we'll|let's|lets|i'd|we'd|someone|somebody)(?: (?:just|really|will|would|am|are|should|must|could|can|ought to|want to|wanna|need to|have to|going to|gonna|love to|like to|wanted to|simply|all|so|be|do|only|to|feel like|happily|gladly|probably))* (?:{violence-en}|{violence-doing-en}) (?:them|em|'em|every (?:single |last )?one of them|all of them)(?: all)?"
        r"|they (?:should|must|need|ought|deserve|have|had)(?: (?:all|just|really|fucking|simply|immediately|get|to|be|publicly|a|only))* (?:{violence-done-en}|die|burn|hang|rot|suffer|perish|death)))(?:$|[^\w' -]| (?:and|or|by|for|like|in|all|immediately|slowly|because|on)\b)"
    ),
)
_AfterThoughtEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:let's|lets|we|they|i|someone|somebody)(?: (?:just|really|should|must|could|ought to|want to|need to|have to|going to|gonna|will|would|simply|all|be|to))* (?:{violence-en}|{violence-doing-en}) (?:them|'em|em)(?: all)?[.!,]+ ?(?:after all,? )?(?:they(?:'re| are) |it's |they were )?(?:just |only |nothing but |after all |all )*{groups-en})\b"
    ),
)

_WillEs = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:quiero|queremos|voy a|vamos a|deberíamos|deberían|debería|tenemos que|hay que|habría que|tendrían que|tendríamos que|necesitamos|me gustaría|nos gustaría|quisiera|me encantaría|podríamos|puedo|podemos|debemos|hora de|ganas de|toca|dan ganas de|alguien (?:debería|tiene que|tendría que)|tengo que|sólo quiero|solo quiero)(?: (?:hoy|mañana|simplemente|ver|ir a|todos|solo|sólo|a|de|salir a|poder))* {violence-es} (?:a |de |con |hasta la muerte |en la cara |como |unos |unas |todos |todas |los |las |el |la |al |un |una |estos |estas |esos |esas |cualquier |algunos |algún |alguna |cuantos |ese cuello de |el cuello |ese |ustedes,? |putos |malditos |tipo de |más )*{groups-es}"
        r"|(?:{violence-do-es}) (?:a |todos |todas |los |las |el |la |al |un |una |estos |estas |esos |esas |cualquier |ese cuello de |su |tu |algún |alguna |ya |simplemente |tipo de |ustedes,? )*{groups-es})\b"
    ),
)
_OughtEs = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-es}(?: como (?:tú|tu|ustedes|vosotros|ellos|ellas|él|ella))? (?:deben|debe|deberían|debería|tienen que|tiene que|merecen|merece|mereces|tendrían que|han de|necesitan|hay que|que sean|se merecen)(?: (?:ser|todos|todas|que los|que las|simplemente|estar|inmediatamente|a|la|sólo|solo))* (?:{violence-done-es}|{violence-do-es}|{violence-es}|morir|morirse|arder|sufrir|desaparecer|muerte|la muerte|pudrirse|la horca|extinguirse)"
        r"|muerte a (?:todos |todas |los |las |estos |esos |esas |cualquier )*{groups-es}|mueran (?:todos |todas |los |las )*{groups-es}|que (?:se )?mueran (?:todos |todas |los |las )*{groups-es}"
        r"|{violence-es} (?:a |un |una |unos |los |las |cualquier |todos )*{groups-es}(?: como (?:tú|tu|ustedes|ellos))? (?:no debería ser (?:ilegal|un delito|un crimen|delito|castigado)|debería (?:ser legal|estar permitido|despenalizarse|ser despenalizado|legalizarse|no ser)|debería|está bien|es justo|no es (?:un )?(?:delito|crimen))"
        r"|(?:el mundo|este país|este mundo|la sociedad|el país|estaríamos|todos|todo|sería|estaría)[\w ]{0,25}(?:mejor|más seguro) (?:sin|si no hubiera|si desaparecieran|si erradicaran a|si mataran a|si todos) (?:los |las |tantos |tantas |esos |estos |estas |esas |todos |todas |ningún |a |murieran )*{groups-es}"
        r"|(?:ojalá|espero que|solo queda esperar que|sólo se puede esperar que|deseo que)(?: (?:alguien|se|todos|todas|los|las|un día|algún día|acabe con|acaben con|ponga fin a|maten a|mate a|matasen|esos|estos|estas|esas|murieran|mueran|a))* {groups-es}(?: (?:como (?:tú|tu)|se|mueran|murieran|sufran|ardan|desaparezcan|desaparecieran|mueran todos))*"
        r"|{groups-es}(?: como (?:tú|tu|ustedes))? no (?:deberían|merecen|debería|merece|tienen derecho a|tendrían que) (?:vivir|existir|respirar|seguir vivos|estar vivos|seguir con vida)"
        r"|no (?:debemos|podemos|hay que) (?:dejar|permitir) (?:que )?(?:vivir |viva |vivan )?(?:a )?(?:ningún |ninguna |los |las )?{groups-es}(?: (?:viva|vivan|vivir|siga vivo|con vida)))\b"
    ),
)
_TakenUpEs = TextMatches(
    text=Speech,
    pattern=(
        r"\b{groups-es}\b[^!?]{0,90}(?:[.!?,;] ?|\b(?:y|así que|por lo que|cuando) )(?P<quote>(?:(?:quiero|voy a|vamos a|deberíamos|habría que|hay que|tenemos que|me gustaría|quisiera|quise|quería|querría|dan ganas de|sólo|solo)(?: (?:solo|sólo|simplemente|de|quiero|quería|tan))* (?:matarlos|matarlas|asesinarlos|exterminarlos|eliminarlos|erradicarlos|quemarlos|ahorcarlos|colgarlos|dispararles|gasearlos|golpearlos|golpearlas|acabar con ellos|acabar con ellas|deshacernos de ellos|deshacernos de ellas|ejecutarlos|ejecutarlas|exterminarlas|eliminarlas|fusilarlos|lincharlos|violarlas|apuñalarlos|degollarlos|matarles|pegarles)(?: a todos| a todas)?|(?:deberían|merecen|tienen que|deben) (?:ser |todos |todas |que los )*(?:{violence-done-es}|morir|arder|la muerte|maten)|mátenlos|mátenlas|matémoslos))\b"
    ),
)
_NotEs = TextMatches(
    text=Speech,
    pattern=r"\b(?:ningún|ninguna|no (?:quiero|voy a|vamos a|deberíamos|debería|deberían|debemos|se debe|hay que|podemos|merecen|merece|debe|deben)|nunca|jamás|nadie|ningún motivo|tampoco)\b[^.!?]{0,40}\b(?:{violence-es}|{violence-done-es}|{violence-do-es}|morir|sufrir)\b",
)

_WillDe = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:ich|wir|man|jemand|lasst uns|lass uns|die regierung|die polizei|ihr) (?:will|werde|werden|wollen|möchte|würde|muss|müssen|sollte|sollten|soll|könnte|gehe|gehen|heute|morgen|einfach|mal|gerne|endlich|am liebsten)?(?: (?:ich|wir|man|heute|morgen|gleich|einfach|mal|endlich|am liebsten|gerne|doch|jetzt|auch|nur))* ?(?:{adverbs-de} |solche |jeden |jede |euch |allen |diesen |den |dem |einem |einer |paar |ein paar |dieser |mehr |deine[mnrs]? )*{groups-de}(?: wie (?:dich|dir|sie|die|diese|euch))?(?: (?:einfach|alle|endlich|zu tode|bei lebendigem leib|mal|an|lebendig|sofort|öffentlich|so richtig|ordentlich))* (?:{violence-de})"
        r"|(?:tod|den tod|tot) (?:den |allen |diesen |für alle |euch )*{groups-de}|(?:tötet|vergast|erschießt|schlagt|verbrennt|hängt|steinigt|verprügelt|rottet|jagt) (?:{adverbs-de} |sie |diese |solche |die |euch )*{groups-de})\b"
    ),
)
_OughtDe = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-de}(?: wie (?:du|dich|ihr|sie|die))? (?:sollten|sollte|müssen|muss|gehören|gehört|müssten|müsste|verdienen|verdient|sollen|haben es verdient)(?: (?:{adverbs-de}|öffentlich|sofort|endlich|zu|werden|es|zu tode|lebendig|an|den|die wand))* (?:{violence-done-de}|tod|todesstrafe|an die wand|an den galgen|vergast|ausgerottet)"
        r"|{groups-de}(?: wie (?:dich|dir|sie|euch))? (?:zu {violence-de}|{violence-de}|umzubringen|abzuschlachten) (?:sollte|muss|müsste|ist|wäre) (?:{adverbs-de} |nicht )*(?:legal|erlaubt|straffrei|richtig|strafbar|verboten|illegal|in ordnung)"
        r"|(?:welt|land|gesellschaft|uns|wir)[\w ]{0,25}(?:besser|sicherer)[\w ]{0,20} ohne (?:{adverbs-de} |euch |solche )*{groups-de}"
        r"|ich (?:hoffe|wünsche)[\w, ]{0,20} (?:{adverbs-de} |dass )*{groups-de}[\w ]{0,25}(?:sterben|verrecken|krepieren|umgebracht|getötet|brennen|tot)"
        r"|{groups-de}(?: wie (?:du|ihr|sie))? (?:verdienen|verdient|haben|hat) (?:es nicht|kein recht|nicht),? (?:zu leben|zu existieren|zu atmen))\b"
    ),
)
_TakenUpDe = TextMatches(
    text=Speech,
    pattern=(
        r"\b{groups-de}\b[^!?]{0,90}[.!?,;] ?(?:also |und )?(?P<quote>(?:wir|man|ich|jemand|lasst uns) (?:sollte|sollten|müssen|muss|will|wollen|werde|würde|könnte)?(?: (?:{adverbs-de}|wir|sie|alle|am liebsten|einfach|endlich|sofort))* (?:sie|die|diese) (?:{adverbs-de} |alle |endlich |sofort )*(?:{violence-de})|(?:sie|die) (?:sollten|müssen|gehören|sollte|verdienen)(?: (?:{adverbs-de}|alle|öffentlich|sofort|es|zu))* (?:{violence-done-de}|tod|den tod))\b"
    ),
)
_NotDe = TextMatches(
    text=Speech,
    pattern=r"\b(?:nicht|niemals|nie|niemand|keiner|kein|keine|keinen)\b[^.!?]{0,50}\b(?:{violence-de}|{violence-done-de})\b",
)

_WillFr = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:je veux|je vais|on va|nous allons|on devrait|nous devrions|ils devraient|il faut|il faudrait|faut|on doit|nous devons|je voudrais|j'aimerais|je rêve de|envie de|je pourrais|on pourrait|quelqu'un devrait|qu'on devrait|faudrait)(?: (?:juste|tous|toutes|demain|aujourd'hui|simplement|aller|voir|pouvoir|les|tout|bien|enfin|absolument|immédiatement))* {violence-fr} (?:{adverbs-fr} ?|ces |cette |cet |ce |chaque |n'importe quel |quelques |à |à mort |vivants? |vos |ton |en face |sur )*{groups-fr}"
        r"|(?:tuez|brûlez|gazez|exterminons|tuons|brûlons|éliminons|pendons|massacrons|éradiquons|fusillez|pendez|exterminez|butez|violons|crevez) (?:{adverbs-fr} ?|ces |moi )*{groups-fr}"
        r"|(?:mort|crève|crevez|à mort) (?:aux? |à (?:tous |toutes )?(?:les |ces |la )?|tous les |les )*{groups-fr})\b"
    ),
)
_OughtFr = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-fr}(?: comme (?:toi|vous|eux|elles))? (?:devraient|devrait|doivent|doit|méritent|mérite|mériteraient|devraient tous)(?: (?:tous|toutes|simplement|juste|être|d'être|de|immédiatement|publiquement|la|se faire|le|une))* (?:{violence-done-fr}|{violence-fr}|mourir|brûler|souffrir|mort|peine de mort|disparaître|pendaison)"
        r"|{violence-fr} (?:{adverbs-fr} ?|ces )*{groups-fr}(?: comme (?:toi|vous))? (?:devrait être (?:légal|autorisé|légalisé|dépénalisé|permis)|ne devrait pas être (?:illégal|un crime|puni|interdit|un délit)|n'est pas un (?:crime|délit))"
        r"|(?:monde|pays|société|planète)[\w' ]{0,30}(?:meilleur|meilleure|mieux|plus sûr)[\w ]{0,20} (?:sans|si) (?:{adverbs-fr} ?|ces |tous ces )*{groups-fr}"
        r"|(?:j'espère|espérons|je souhaite|vivement) que (?:{adverbs-fr} ?|ces |quelqu'un |va |on )*(?:{violence-fr} )?(?:{adverbs-fr} ?|ces )*{groups-fr}[\w' ]{0,20}(?:crèvent|meurent|mourir|souffrent|brûlent|disparaissent|tués)"
        r"|{groups-fr}(?: comme (?:toi|vous))? ne (?:méritent|devraient|mérite|devrait) pas (?:de |le droit de |avoir le droit de )?(?:vivre|exister|respirer))\b"
    ),
)
_TakenUpFr = TextMatches(
    text=Speech,
    pattern=(
        r"\b{groups-fr}\b[^!?]{0,90}[.!?,;] ?(?:alors |et )?(?P<quote>(?:(?:je veux|je vais|on devrait|nous devrions|il faut|il faudrait|faut|j'aimerais|on va)(?: (?:juste|tous|toutes|simplement))* (?:les|tous les|toutes les) (?:{violence-fr})|ils (?:devraient|doivent|méritent)(?: (?:tous|être|d'être|de|simplement))* (?:{violence-done-fr}|mourir|crever|brûler|la mort)|elles (?:devraient|doivent|méritent)(?: (?:toutes|être|d'être|de|simplement))* (?:{violence-done-fr}|mourir|crever|brûler|la mort)))\b"
    ),
)
_NotFr = TextMatches(
    text=Speech,
    pattern=r"\b(?:ne|n'|personne|jamais|aucun|aucune)\b[^.!?]{0,12}\b(?:faut|devrait|devrions|doit|doivent|devons|méritent|mérite|veux|vais|faudrait|devraient)\b[^.!?]{0,8}\b(?:pas|jamais|tuer|{violence-done-fr}|mourir|souffrir)\b",
)

_WillZh = TextMatches(
    text=Speech,
    pattern=(
        r"(?P<quote>(?:我|我们|咱们|大家|有人|谁|他们|政府|应该|必须|直接|干脆|就该|得|来|让我们)(?:们)?(?:真的|真|就|都|今天|明天|现在|一定|马上|赶紧|直接|干脆|只|很|好|可以|能|也|恨不得|非常|迫不及待|应该|必须|想|要|想要|会|去|得|该|将|需要|打算|准备|把|让|给|来|一起|可|当场|多|立即|不得不|再|忍不住|快)*(?:{violence-zh})(?:掉|死|光|了|几个|一个|一两个|所有|这些|那些|每个|每一个|任何|你们这些|你们|你这个|你|全部|像你这样|这样|那帮|这帮|的|这种|那种|该死|某个|一|些|个)*{groups-zh}"
        r"|(?:我|我们|就|应该|必须|直接|干脆)(?:们)?(?:就|应该|必须|要|想|会|该|得|去|来|直接|干脆|只|今天|明天|真)*(?:把|将|让|给)(?:所有|这些|那些|每个|任何|你们|这帮|那帮|这群|全部|该死|像你这样|的|你这个|那种)*{groups-zh}(?:们)?(?:都|全|全都|全部|一个个|统统|给|直接|一起|的(?:脖子|头|腿|手|喉咙))*(?:{violence-zh}|绝种|痛苦|受苦|受折磨|付出代价|滚蛋去死|扭断|折断|割断|打断)"
        r"|扭断你这个{groups-zh}的脖子|(?:杀死|杀光|消灭|灭绝|干掉|烧死|枪毙|吊死|处死|铲除|打死|弄死)(?:所有|全部|一切|这些|那些|的|每个|每一个)+{groups-zh})"
    ),
)
_OughtZh = TextMatches(
    text=Speech,
    pattern=(
        r"(?P<quote>(?:像你这样的|那种|这种|这些|那些|所有|你们)?(?:的)?{groups-zh}(?:们)?(?:都|全都|全|就|统统|通通|真的|也|实在|最好|一个个|只)*(?:应该|该|应当|必须|就该|都该|活该|理应|需要|值得|只配|配|得|最好|可以)(?:都|全|全都|全部|立即|马上|直接|公开|就|给我|被|遭|受|受到|通通|统统|得到|当众|去)*(?:{violence-zh}|去死|死|死掉|死光|绝种|下地狱|消失|死刑|下油锅|千刀万剐|受苦|受折磨|吃枪子|安乐死|打)"
        r"|{groups-zh}(?:们)?(?:都|全|全都|统统)*(?:去死|死光|死全家|不得好死|死绝)"
        r"|(?:强奸|谋杀|杀死|杀掉|打死|殴打|攻击|砍死|折磨|伤害|杀|打|虐待|烧死)(?:一个|掉|了)?(?:像)?(?:你|他|她|他们)?(?:这样|那样)?(?:的)?{groups-zh}(?:应该|应当|必须|是|就|都|也)*(?:合法|无罪|合理|被允许|不犯法|不违法|被鼓励|没错|对的|不应该(?:违法|算|是|被)[^，。！？]{0,6}|不(?:该|算)(?:违法|犯罪|犯法))"
        r"|(?:世界|社会|国家|我们|大家|人类|这里|地球)[^。！？]{0,12}(?:没有|没了|少了|除掉|消灭)(?:所有|这些|那些|像你这样的|这种|的|你们|任何)*{groups-zh}[^。！？]{0,12}(?:更好|会好|更安全|更美好|干净|好)|如果(?:那些|这些|所有|像你这样的|这种|的)*{groups-zh}(?:们)?(?:都|全|全都|能|可以|被|都被|给)*(?:{violence-zh}|死|死了|死光|消失|绝种)[^。！？]{0,20}(?:更好|会好|更安全|更美好|好得多|过得更好)"
        r"|(?:祈祷|希望|但愿|只希望|只能希望|期待|盼着|诅咒|真希望|多么希望)(?:有人|谁|上天|上帝|某人|老天|能|可以|会|早日|快点|赶紧|把|让|来)*(?:{violence-zh})?(?:掉|了)?(?:所有|这些|那些|每个|像你这样的|你们|你们这些|的|这种|那种|全部|全世界的)*{groups-zh}(?:们)?(?:都|全|全都|能|可以|赶紧|早点|快点|被|给|一个个|去)*(?:{violence-zh}|去死|死|死光|死掉|受苦|消失|绝种|下地狱|痛苦|终结)?"
        r"|(?:决不能|绝不能|不能|绝不|不应该|不该|不要)(?:让|允许|给)(?:任何|一个|所有|这些|那些|哪怕一个|的)*{groups-zh}(?:们)?(?:继续)?(?:活下去|活着|活|生存|存活)"
        r"|{groups-zh}(?:们)?(?:都|就|根本|也)*(?:不配|不该|不应该|不值得|没资格|没有资格|没有权利|不能)(?:活着|活在|活|生存|存在|呼吸|活下去))"
    ),
)
_TakenUpZh = TextMatches(
    text=Speech,
    pattern=(
        r"{groups-zh}[^！？!?]{0,60}[，。！,.! ]?(?P<quote>(?:我|我们|就|所以|应该|有人|真|恨不得|咱们)(?:们)?(?:真的|真|就|只|都|想|要|应该|必须|该|得|会|去|来|直接|干脆|恨不得|当时|当场|现在|立刻|马上|很|把|恨|可以|应当|需要|给)*(?:{violence-zh})(?:掉|死|光|了)?(?:他们|她们|它们)|(?:我|我们|应该|就)(?:们)?(?:应该|必须|就|该|要|想|去|直接|干脆|只|都)*(?:把|将)(?:他们|她们)(?:都|全|全都|全部|给|通通|统统)*(?:{violence-zh})|(?:他们|她们)(?:都|全|就|全都|统统|也|真的)*(?:应该|该|必须|就该|活该|应当|理应|需要|值得)(?:都|全|全都|全部|被|去|立即|直接|公开)*(?:{violence-zh}|去死|死|死刑|下地狱))"
    ),
)
_NotZh = TextMatches(
    text=Speech,
    pattern=r"(?:没有(?:任何|一个|哪个)?{groups-zh}(?:们)?(?:应该|该|活该|值得|应|必须)|不想|不会|不要|不能|不该|不应该|不应|决不能|绝不能|绝不会|决不|绝不|从不|没有人应该|没人应该|谁也不|任何人都不|不可以|不允许|不得|不许|不再|不必|不配被|反对|阻止|谴责|宽恕|防止)[^，。！？,.!?]{0,10}(?:{violence-zh}|死|受苦|痛苦)",
)

ViolenceAgainstGroup = Rule(
    when_all=[
        _IWillEn
            or _OrderEn
            or _MakeThemEn
            or (_OughtEn and not _NoneEn)
            or _LegalEn
            or _DeathEn
            or _TakenUpEn
            or _AfterThoughtEn
            or ((_WillEs or _OughtEs or _TakenUpEs) and not _NotEs)
            or ((_WillDe or _OughtDe or _TakenUpDe) and not _NotDe)
            or ((_WillFr or _OughtFr or _TakenUpFr) and not _NotFr)
            or ((_WillZh or _OughtZh or _TakenUpZh) and not _NotZh),
        not Retold,
        not Condemns,
    ],
    description='Violence against a protected group is threatened, demanded, wished or justified',
)
WhenRules(rules_any=[ViolenceAgainstGroup], then=[Breach(clause='hateful-conduct#threats')])

ViolenceAgainstGroupPerhaps = Rule(
    when_all=[
        _IWillEn
            or _OrderEn
            or _MakeThemEn
            or _OughtEn
            or _DeathEn
            or _OughtEs
            or _WillEs
            or _OughtDe
            or _WillDe
            or _OughtFr
            or _WillFr
            or _OughtZh,
        Condemns,
        not Retold,
    ],
    description='Words of violence against a protected group, in a text that also judges such words',
)
WhenRules(
    rules_any=[ViolenceAgainstGroupPerhaps],
    then=[Refer(clause='hateful-conduct#threats', queue='hate', priority=70)],
)
