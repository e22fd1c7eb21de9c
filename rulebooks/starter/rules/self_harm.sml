# self-harm: encouragement comes down; a person at risk meets a person and is never punished.

Import(rules=['models/event.sml', 'models/speech.sml'])

_Urge = TextMatches(
    text=Speech,
    pattern=(
        r"(?:^|[.!?,;:…] ?|\b(?:just|go|please|pls|should|to|and|so|ass|ffs|favou?r and|you|bitch|already|then|fucking|u) )(?P<quote>(?:kill (?:yourself|yourselves|urself|ur self)|kys|hang (?:yourself|urself)|slit your (?:wrists|throat)|cut your (?:wrists|throat)|shoot yourself|off yourself|end your (?:own )?(?:miserable |pathetic |worthless )?life|drink bleach|jump off (?:a|the) (?:bridge|cliff|roof|building)|neck (?:yourself|urself)|commit suicide|drown yourself))\b"
    ),
)
_UrgeOther = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:mátate|suicídate|matate|suicidate|ahórcate|tírate (?:de|por) (?:un|una|el|la) (?:puente|ventana|balcón|edificio)|córtate las venas|bring dich (?:doch |endlich |bitte |einfach )*um|töte dich (?:doch |endlich |selbst )*|häng dich (?:doch |endlich )*auf|erschieß dich|spring (?:doch )?von (?:der|einer) brücke|geh sterben|schneid dir die (?:pulsadern|adern)|(?:va|allez) te (?:suicider|pendre|tuer)|suicide[- ]toi|tue[- ]toi|pends[- ]toi|saute (?:d'un|du) (?:pont|toit)|ouvre[- ]toi les veines))\b|(?:(?:你)?(?:怎么还不|赶紧|快点|快|还不|为什么不)(?:去)?(?:自杀|跳楼|上吊|去死)|你(?:去|就)(?:自杀|跳楼|上吊)吧)"
    ),
)
_Not = TextMatches(
    text=Speech,
    pattern=r"\b(?:don't|dont|do not|never|please don't|not worth|want to|wanted to|wanna|going to|gonna|tried to|trying to|thought about|thinking of|thoughts of|urge to|tell(?:s|ing)? (?:me|people|him|her|someone)|told (?:me|him|her|us|people|someone|a)|i (?:might|could|would|should|may|just|almost)|makes me|make me|made me|before i|if i|when i|didn't|dialogue|lyrics?|song|no te|nicht|bitte nicht|ne te|ne vous|pas|tu ne)\b|(?:别|不要|不能|想|千万别)(?:去)?(?:自杀|跳楼|上吊|死)",
)
EncouragesSelfHarm = Rule(
    when_all=[_Urge or _UrgeOther, not _Not, not Retold],
    description='Somebody is told to kill or hurt themselves',
)
WhenRules(rules_any=[EncouragesSelfHarm], then=[Breach(clause='self-harm#encouragement')])

_Methods = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:which|what|how (?:much|many))(?: (?:\w+ ){0,3})?(?:dose|pills|dosage|tablets|mg|method)[^.!?]{0,40}(?:certain|lethal|die|kill (?:me|myself|yourself)|painless|enough to|fatal|overdose|sure)|(?:painless|easiest|best|quickest|fastest|least painful|surest)(?: and \w+)? (?:way|method|ways) (?:to|of) (?:die|dying|kill(?:ing)? (?:myself|yourself)|end(?:ing)? (?:it|my life)|suicide|hang(?:ing)? (?:myself|yourself))|how (?:to|do i|can i) (?:kill myself|hang myself|tie a noose|overdose|cut myself|starve myself|hide (?:my )?(?:cuts|purging)|purge)|(?:pro[- ]?ana|thinspo|meanspo)\b[^.!?]{0,40}"
        r"|(?:cuántas|qué) (?:pastillas|dosis)[^.!?]{0,40}(?:morir|letal|matarme)|(?:forma|manera) (?:más )?(?:rápida|indolora|fácil) de (?:morir|suicidarse|matarme)|(?:wie viele|welche) (?:tabletten|dosis)[^.!?]{0,40}(?:sterben|tödlich|umzubringen)|(?:schmerzloser|einfachste[rn]?|schnellste[rn]?) (?:weg|methode|art)[^.!?]{0,15}(?:zu sterben|selbstmord|umzubringen)|(?:combien de|quelle) (?:cachets|dose|médicaments|comprimés)[^.!?]{0,40}(?:mourir|mortelle?|me tuer)|(?:moyen|façon)(?: le| la)? (?:plus )?(?:rapide|indolore|facile) (?:de|pour) (?:mourir|se suicider|me tuer))\b|(?:(?:吃多少|多少片|多少颗)[^。！？]{0,12}(?:会死|能死|致死)|(?:最快|无痛|最轻松|怎样|怎么)(?:的)?(?:死法|自杀方法|自杀才|死得没有痛苦|没有痛苦地死))"
    ),
)
AsksForMethod = Rule(
    when_all=[_Methods, not Retold],
    description='A method of suicide or self-injury is asked for or described',
)
WhenRules(
    rules_any=[AsksForMethod],
    then=[Refer(clause='self-harm#instructions', queue='wellbeing', priority=95)],
)

_AtRisk = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:i|i'm|im|i am|i've|i have|ive|i'd)(?: (?:really|just|seriously|honestly|so|want to|wanna|going to|gonna|am|feel like|thinking (?:about|of)|ready to|planning to|have decided to|decided to|about to|will|might|keep|have been|been|tonight|to|don't want to|do not want to|can't wait to))* (?:kill(?:ing)? myself|end(?:ing)? (?:my life|it all|everything)|commit(?:ting)? suicide|be alive anymore|live anymore|hurt(?:ing)? myself|cut(?:ting)? myself again|hang(?:ing)? myself|exist anymore|suicidal|not wake up)(?: (?:tonight|today|tomorrow|anymore|soon))?"
        r"|i (?:can't|cannot|can not) (?:go on|do this anymore|take (?:it|this) anymore|live like this)[^?]{0,80}(?:end|letters?|goodbye|tonight|anymore|sorry|pills|over)|(?:tonight|today|tomorrow) it(?:'s| is| all)? (?:all )?(?:over|ends)|everyone (?:would be|will be|is) better off without me|(?:this is my|my) (?:last|final) (?:post|goodbye|message|letter)|i (?:have )?(?:written|wrote) (?:the|my) (?:goodbye |suicide |last )*(?:letters?|notes?)|nobody (?:would|will) miss me"
        r"|(?:quiero|voy a|pienso|he decidido) (?:matarme|suicidarme|morirme|quitarme la vida|acabar con todo|desaparecer para siempre)|ya no (?:quiero vivir|puedo más con (?:todo|mi vida))|(?:ich will|ich möchte|ich werde)(?: (?:nicht mehr|einfach|nur|mich|mir|heute|so))* (?:leben|sterben|umbringen|das leben nehmen|tot sein)|ich (?:bringe|bring) mich (?:heute )?um|(?:je veux|je vais|j'ai envie de)(?: (?:juste|vraiment|en))* (?:me (?:tuer|suicider|foutre en l'air)|mourir|finir avec la vie)|je (?:ne )?veux plus vivre|tout le monde (?:serait|sera) mieux sans moi)\b|(?:我(?:真的|好|很|已经|只|就)*(?:想|要|准备|打算|决定)(?:去)?(?:自杀|死|结束自己|结束生命|轻生|了结|跳楼)|(?:我)?(?:不想活了|活不下去了|撑不下去了|不想再活)|遗书(?:我)?(?:已经)?写好)"
    ),
)
_Figure = TextMatches(
    text=Speech,
    pattern=r"\b(?:homework|traffic|monday|exam|exams|laughing|lol|lmao|haha|of embarrassment|cringe|this game|if (?:they|he|she|my team)|for (?:a|some) (?:pizza|coffee|chocolate|burger)|years? ago|used to|back then|recovered|recovery|survived|when i was|last year|in 20\d\d|jaja|tráfico|hausaufgaben|montag|devoirs|mdr|hace años|damals|il y a)\b|笑死|作业|加班",
)
PersonAtRisk = Rule(
    when_all=[_AtRisk, not _Figure, not Retold],
    description='Somebody may be in danger of harming themselves',
)
WhenRules(
    rules_any=[PersonAtRisk],
    then=[Refer(clause='self-harm#person-at-risk', queue='wellbeing', priority=100)],
)
