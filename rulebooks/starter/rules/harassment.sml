# harassment: whether words to a person are harassment shows in the exchange, so these rules only refer.

Import(rules=['models/event.sml', 'models/speech.sml'])

_AbuseEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:you|you're|ur|you are|u r)(?: (?:are|all))?(?: (?:a|an|the|such|just|nothing but|so|fucking|absolute|total|complete|most|literally|really|stupid|fat|ugly|dumb|little|old|pathetic|worthless|disgusting|filthy|useless|dirty))* (?:worthless (?:piece|waste|human|person|loser|bitch|scum)[\w ]{0,15}|piece of (?:shit|trash|garbage|filth)|waste of (?:space|oxygen|air|skin|life)|human garbage|human trash|scum of the earth|fucking (?:disgrace|scum|pig|cow|cunt|whore|moron)|pathetic (?:loser|excuse|little|human)[\w ]{0,15}|(?:ugly|fat|stupid|dumb) (?:cow|pig|bitch|cunt|whore|slut|fuck))"
        r"|(?:everybody|everyone|nobody|no one) (?:who knows you |here |you know )*(?:hates|is ashamed of|laughs at|likes|will ever love|loves) you|the world (?:would be|is) better (?:off )?without you|crawl back (?:in|into|to|under) (?:your|the|that) (?:hole|cave|rock|sewer)|nobody would miss you|no one would miss you|your mother should have (?:swallowed|aborted))\b"
    ),
)
_AbuseOther = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:eres|sos)(?: (?:un|una|el|la|tan|puro|puta|pedazo de|maldito|maldita|asqueroso|asquerosa))* (?:pedazo de mierda|basura humana|mierda|escoria|desperdicio (?:humano|de oxígeno)|hijo de (?:la gran )?puta|aborto|ser despreciable)|nadie te (?:quiere|echaría de menos|va a extrañar)|(?:du bist|ihr seid)(?: (?:ein|eine|einfach|nur|so|das|der|die|wertloses|wertloser|erbärmliches|erbärmlicher|widerliches|verdammtes))* (?:stück (?:scheiße|dreck)|abschaum|abfall|platzverschwendung|missgeburt|hurensohn|menschlicher müll|dreckstück|drecksau)|niemand würde dich vermissen|(?:tu es|t'es|vous êtes)(?: (?:une|un|qu'une|qu'un|vraiment|juste|grosse|sale|vraie|pauvre|espèce de))* (?:merde|sous-merde|déchet(?: humain)?|ordure|raclure|fils de pute|erreur de la nature|pauvre type)|personne ne te regretterait)\b|(?:你(?:就|真|这个|他妈)*(?:是)?(?:个|一个|一坨|坨)?(?:人渣|废物|垃圾|狗屎|贱人|畜生|杂种|社会败类)|没人会想你|你妈(?:怎么)?(?:没|不)(?:把你)?(?:打掉|流掉))"
    ),
)
AbusesPerson = Rule(
    when_all=[_AbuseEn or _AbuseOther, not Retold],
    description='Severe insults are addressed to a person',
)
WhenRules(
    rules_any=[AbusesPerson],
    then=[Refer(clause='harassment#targeted-abuse', queue='harassment', priority=40)],
)

_PileOn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:everyone|everybody|let's all|let's|lets|y'all|guys|go|please|followers|make sure (?:that )?(?:she|he|they))(?: (?:go|all|please|now|should|tonight|and))* (?:mass[- ]?report|spam|flood|harass|brigade|raid|bombard|bully|terrorise|terrorize|blow up|gets? no sleep)(?: (?:her|him|them|this|his|their|the|that|these|tonight))*(?: (?:account|profile|mentions|inbox|dms|phone|page|replies|comments|phone lines?|employer))?|(?:flood|spam|bombard|raid|blow up) (?:her|his|their|this) (?:inbox|dms|mentions|phone|profile|account|replies|page|comments|employer|family)"
        r"|(?:denunciad|denuncien|reporten|acosad|acosen|inundad|inunden) (?:todos |masivamente )*(?:su|a|esta|este|la|sus)(?: (?:cuenta|perfil|mensajes|casa|esta|este|la))*|(?:meldet|spamt|flutet|belästigt|überflutet|terrorisiert) (?:alle |massenhaft )*(?:sie|ihn|ihren|seinen|dieses|diesen|ihr|sein)(?: (?:account|profil|postfach|konto|handy))?|(?:signalez|spammez|harcelez|inondez|pourrissez)(?: (?:tous|en masse|massivement))* (?:la|le|son|sa|ses|cette|ce|les)(?: (?:compte|profil|boîte|messages|dm|mentions|vie))?)\b|(?:(?:大家|兄弟们|姐妹们)(?:一起|都|快)*(?:去|来)*(?:举报|骂|轰炸|网暴|围攻|冲|人肉)(?:他|她|这个)(?:人|账号|号)?)"
    ),
)
PileOn = Rule(when_all=[_PileOn, not Retold], description='Others are called on to harass somebody')
WhenRules(
    rules_any=[PileOn],
    then=[Refer(clause='harassment#pile-on', queue='harassment', priority=55)],
)

_Sexual = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:show (?:me|us) your (?:tits|boobs|ass|pussy|body|nudes|cock|dick)|send (?:me )?(?:your )?nudes|i(?:'d| would| want to| wanna|'ll) (?:\w+ )?(?:fuck|bang|smash|breed) (?:you|that|her)(?: (?:so|all|until|till) [\w ]{1,20})?|sit on my (?:face|dick)|suck my (?:dick|cock)|enséñanos (?:las tetas|el culo)|manda (?:nudes|fotos desnuda)|zeig (?:mir |uns )?(?:deine )?(?:titten|brüste|möpse)|schick (?:mir )?nacktbilder|montre(?:-nous|-moi)? (?:tes )?(?:seins|nichons|fesses)|envoie (?:des )?nudes))\b",
)
SexualRemark = Rule(
    when_all=[_Sexual, not Retold],
    description='An unwanted sexual remark or demand to a person',
)
WhenRules(
    rules_any=[SexualRemark],
    then=[Refer(clause='harassment#sexual', queue='harassment', priority=45)],
)

_Unwanted = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>you (?:have )?blocked (?:me|my (?:other |last |old )?accounts?|\w+ of my accounts)[^?]{0,80}(?:new|another|fifth|next|fourth|third|second|back|won't get rid|will answer|can't hide|keep)[^.!?]{0,30}|(?:i'll|i will) (?:just )?(?:make|create|keep making) (?:another|new|more) accounts?[^.!?]{0,30}(?:you|answer|block)|you (?:can't|cannot) (?:block|hide from|escape|avoid|ignore) me(?: forever)?)\b",
)
UnwantedContact = Rule(
    when_all=[_Unwanted, not Retold],
    description='Contact goes on after a block or a clear no',
)
WhenRules(
    rules_any=[UnwantedContact],
    then=[Refer(clause='harassment#unwanted-contact', queue='harassment', priority=50)],
)
