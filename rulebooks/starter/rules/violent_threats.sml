# violent-threats: threats against a person, calls for violence, wishes of harm, instructions.

Import(rules=['models/event.sml', 'models/speech.sml'])

# Talk of games, sport, fiction and figures of speech.
_Play = TextMatches(
    text=Speech,
    pattern=r"\b(?:game|games|gaming|gta|fortnite|minecraft|boss fight|level|round|match|movie|film|episode|season|novel|character|npc|respawn|lol|lmao|haha|hahaha|jk|joking|just kidding|with kindness|time|two birds|the lights|the engine|the mood|the vibe|for a (?:pizza|coffee|burger|beer|cigarette|nap)|laughing|partido|juego|película|spiel|film|série|jeu|jaja|mdr|游戏|电影|小说|哈哈|笑死)\b",
)
_Denied = TextMatches(
    text=Speech,
    pattern=r"\b(?:(?:won't|will not|would never|never|don't want to|do not want to|not going to|wouldn't|not gonna|can't believe|no one|nobody|afraid|scared|fear|threatened|says he|said he|if i don't)|(?:no|nunca|jamás|nadie|nicht|nie|niemand|jamais|personne) )",
)

_ThreatEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:i'm going to|i am going to|i'm gonna|im gonna|i will|i'll|ill|we will|we'll|we're going to|we are going to|i'm coming to|i swear i'll|imma|i'ma)(?: (?:personally|fucking|really|find you and|hunt you down and|come to your (?:house|home|school|work) and|find out where you live and|get you and|so|definitely|make sure i|literally|just|come and|track you down and))* (?:kill|murder|slaughter|shoot|stab|rape|behead|strangle|gut|butcher|burn|bomb|torture|slit the throat of|break the neck of|cut|skin|drown|beat|bash|smash|hang)(?: the shit out of| up)? (?:you|u|your (?:family|kids|children|wife|husband|mother|daughter|son|parents|house|head|face|throat|skull)|ya)(?: (?:to death|alive|all|and your family))?"
        r"|(?:tomorrow|tonight|soon|next time|one day|today) (?:you|your family|your kids) (?:will |are going to |gonna )?(?:die|bleed|burn|be dead|get shot|get stabbed|pay with your life|won't wake up)"
        r"|you(?:'re| are|r)? (?:a )?(?:dead (?:man|woman|meat)|as good as dead|going to die|gonna die)(?: (?:tonight|tomorrow|soon|for this|bitch|when i find you))*"
        r"|(?:i|we) know where (?:you|your (?:kids|children|family|wife|husband|daughter|son|mother)) (?:live|lives|sleep|sleeps|work|works|go to school|goes to school)(?:[^.!?]{0,40}(?:watch|sleep|careful|dead|blood|bleed|visit|waiting|soon|tonight|hurt|fire|burn))?"
        r"|(?:there will be|there's) a (?:bomb|bullet)[^.!?]{0,30} (?:with your name|for you|in your|under your)|(?:put|got|have) a bullet (?:in your|with your|for you)|watch your back[^.!?]{0,20} (?:dead|kill|bleed|coming for you))\b"
    ),
)
_ThreatEs = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:te|os|los|les|lo|la) (?:voy|vamos) a (?:matar|asesinar|degollar|apuñalar|violar|quemar|disparar|reventar|destripar|partir (?:la cara|el cuello|las piernas)|pegar un tiro|cortar (?:el cuello|la garganta|la cabeza))|te (?:mataré|mataremos|degollaré|violaré|apuñalaré|reventaré)|(?:voy|vamos) a (?:matarte|asesinarte|violarte|degollarte|apuñalarte|quemarte)|eres hombre muerto|estás muert[oa]|(?:sé|sabemos) dónde (?:vives|viven|viven tus|trabajas|estudian tus hijos)[^.!?]{0,60}(?:sangre|muert|pagar|matar|quemar|cuidado|visita))\b",
)
_ThreatDe = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:ich|wir) (?:bringe|bringen|werde|werden|steche|schlitze|knalle|schlage|töte|mache) (?:dich|euch|deine familie|deine kinder|dir)[^.!?]{0,30}(?:um|umbringen|töten|abstechen|ab|erschießen|aufschlitzen|auf|tot|kalt|totschlagen|vergewaltigen|abknallen|den kopf ab|die kehle durch|das haus an|anzünden)|du bist (?:tot|so gut wie tot|ein toter mann)|(?:ich weiß|wir wissen),? wo (?:du wohnst|ihr wohnt|deine kinder)[^.!?]{0,60}(?:blut|tot|sterben|brennen|besuch|büßen|umbringen|aufpassen))\b",
)
_ThreatFr = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:je vais|on va|nous allons) (?:te|vous) (?:tuer|buter|égorger|planter|violer|crever|poignarder|massacrer|brûler|fumer|descendre|casser la gueule|péter la gueule|trancher la gorge|mettre une balle)|(?:je te|on te|je vous) (?:tuerai|buterai|tue|bute|égorge|crève|tuera|violerai|égorgerai)|t'es (?:mort|un homme mort|morte)|tu es un homme mort|(?:je sais|on sait) où (?:tu habites|vous habitez|habitent tes|vont tes enfants)[^.!?]{0,60}(?:sang|mort|crever|payer|brûler|visite|tuer))\b",
)
_ThreatZh = TextMatches(
    text=Speech,
    pattern=r"(?P<quote>(?:我|我们|老子)(?:一定|明天|今晚|今天|现在|迟早|马上|就|会|要|去|来)*(?:杀了|杀死|砍死|捅死|弄死|打死|宰了|干掉|强奸|烧死|炸死)(?:你|你们|你全家|你家人|你的家人)|(?:你|你们)死定了|等着收尸|(?:我|我们)知道你(?:住|家)(?:在)?哪[^。！？]{0,20}(?:死|血|小心|等着|杀|烧))",
)

DirectThreat = Rule(
    when_all=[
        _ThreatEn or _ThreatEs or _ThreatDe or _ThreatFr or _ThreatZh,
        not _Play,
        not _Denied,
        not Retold,
        not Condemns,
    ],
    description='The author says that they will kill or injure the person they speak to',
)
WhenRules(rules_any=[DirectThreat], then=[Breach(clause='violent-threats#direct-threat')])

_Call = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:(?:somebody|someone|everybody|everyone|let's|patriots|comrades|brothers|we (?:should|must|need to|have to))(?: (?:please|should|must|needs to|need to|has to|just|all|go and|go out and|ought to|with a \w+))* (?:kill|shoot|murder|assassinate|hang|behead|stab|lynch|execute|bomb|burn down|set fire to|firebomb|torch|shoot up|storm and burn) (?:the |that |this |him|her|them|every |all |these |those |our )?(?:him|her|them|president|minister|mayor|judge|judges|journalist|journalists|reporters?|teacher|teachers|doctor|doctors|nurse|nurses|politicians?|senators?|police|cops?|officers?|mosque|church|synagogue|temple|clinic|school|house|houses|parliament|embassy|polling (?:place|station)s?|candidate|councillors?|voters?|protesters|staff|ceo))"
        r"|(?:kill|shoot|hang|behead|lynch|burn) (?:every|all|all the|all these|all those) (?:\w+ )?(?:judges|journalists|reporters|politicians|teachers|doctors|nurses|cops|voters|officials|voters|protesters|councillors)"
        r"|(?:leave|let) (?:no|not one) \w+ (?:standing|alive|whole)[^.!?]{0,60}(?:nurse|doctor|teacher|judge|officer|one|them|clinic|school|mosque|church|synagogue)[^.!?]{0,20}(?:standing|alive)?"
        r"|when the looting starts,? the shooting starts|blood (?:will|must) (?:flow|run) in the streets"
        r"|(?:maten|matad|cuelguen|quemen|fusilen) (?:a )?(?:todos los|los|al|la|el|a los) (?:jueces|periodistas|políticos|presidente|alcalde|ministro|profesores|médicos|policías|juez)"
        r"|(?:hängt|erschießt|köpft|tötet|knallt) (?:alle |die |den |diese )+(?:richter|journalisten|politiker|minister|bürgermeister|lehrer|ärzte|polizisten|bullen|kanzler|präsidenten)"
        r"|(?:tuez|pendez|fusillez|brûlez|égorgez) (?:tous )?(?:les|le|la|ces|ce) (?:juges|journalistes|politiciens|président|maire|ministre|profs|médecins|flics|policiers|élus))\b"
    ),
)
_CallZh = TextMatches(
    text=Speech,
    pattern=r"(?P<quote>(?:大家|兄弟们|谁去|我们)(?:一起|都|去|把|快|应该|必须)*(?:杀了|杀死|杀光|砍死|烧了|炸了|干掉|吊死)(?:所有|这些|那些|那个|这个|的)*(?:法官|记者|总统|市长|部长|官员|警察|医生|老师|诊所|学校|教堂|清真寺))",
)
CallForViolence = Rule(
    when_all=[_Call or _CallZh, not _Play, not _Denied, not Retold],
    description='Others are called on to attack people or places',
)
WhenRules(
    rules_any=[CallForViolence],
    then=[Refer(clause='violent-threats#incitement', queue='violence', priority=80)],
)

_WishEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:i hope|i really hope|hope|i wish|i pray)(?: that)? (?:you|your (?:family|kids|children|mother|wife|husband|daughter|son)|he|she|they|this \w+|that \w+)(?: (?:all|both|will|would|get|gets|slowly|fucking|just|finally|and your \w+))* (?:die|dies|died|get cancer|gets cancer|cancer|aids|raped|raped to death|shot|stabbed|run over|hit by a (?:bus|car|truck|train)|murdered|killed|burn|burns|burn in hell|rot|rots|drown|drowns|suffer|suffers|choke|chokes|bleed out)(?: (?:in hell|to death|slowly|painfully|of cancer|in prison))*"
        r"|i hope (?:the|your|his|her) (?:tumou?r|cancer|illness|disease|heart attack)[^.!?]{0,30} (?:comes back|gets you|kills (?:you|him|her)|wins|takes (?:you|him|her))"
        r"|you (?:all )?(?:deserve|deserved|ought) to (?:die|be (?:shot|raped|killed|hanged|murdered|stabbed|beaten|burned))(?: (?:slowly|painfully|alone|in pain))*)\b"
    ),
)
_WishOther = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:ojalá|espero que) (?:te|os|se) (?:mueras|muráis|muera|mueran|maten|violen|atropelle[^.!?]{0,20}|pudras|dé un cáncer|pegue un tiro)|mereces (?:morir|la muerte|que te (?:maten|violen))|(?:ich hoffe|hoffentlich),? (?:dass )?(?:du|ihr) [^.!?]{0,25}(?:stirbst|sterbt|verreckst|verreckt|krepierst|krebs bekommst|krebs bekommt|vergewaltigt wirst|überfahren wirst)|(?:verreck|krepier)(?:t)? (?:endlich|elendig|doch|du|ihr)|j'espère que (?:tu|vous) (?:vas|allez|vas tous)? ?(?:crever|crèves|crèverez|mourir|meurs|auras un cancer|te feras (?:violer|écraser|tuer))|crève (?:donc |bien |en enfer|salope|connard|sale)|tu mérites (?:de (?:mourir|crever)|la mort))\b|(?:祝你(?:早日|早点|快点)?(?:去死|得癌症|不得好死|全家)|(?:希望|愿)(?:你|你们)(?:全家|都|早点|快点|赶紧)*(?:去死|得癌症|死全家|不得好死)|你(?:真)?(?:该死|不得好死))"
    ),
)
WishOfHarm = Rule(
    when_all=[_WishEn or _WishOther, not _Play, not _Denied, not Retold, not Condemns],
    description='The death or grave harm of a person is wished for',
)
WhenRules(rules_any=[WishOfHarm], then=[Breach(clause='violent-threats#wish-of-harm')])

_Weapons = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:how (?:to|do i|do you|can i)|step by step|instructions? (?:for|to)|recipe for|guide to|tutorial|exact amounts? (?:for|of)|where to (?:place|leave|put)) (?:\w+ ){0,4}(?:pipe bombs?|nail bombs?|car bombs?|bombs?|explosives?|molotovs?|molotov cocktails?|ricin|sarin|nerve gas|napalm|silencers?|suppressors?|ghost guns?|pipe device|detonators?|ied|ieds)"
        r"|(?:cómo|como) (?:hacer|fabricar|construir) (?:una |un )?(?:bomba|explosivo|explosivos|cóctel molotov)|(?:wie (?:baut|baue|macht|bastelt) (?:man |ich )?(?:eine |einen )?(?:rohrbombe|bombe|sprengsatz|molotowcocktail)|bauanleitung für (?:eine |einen )?(?:bombe|rohrbombe|sprengsatz))|comment (?:fabriquer|faire|construire) (?:une |un )?(?:bombe|explosif|cocktail molotov))\b|(?:(?:怎么|如何)(?:做|制作|制造|造)(?:一个|一枚)?(?:炸弹|炸药|燃烧瓶|土炸弹|毒气))"
    ),
)
_BathOnly = TextMatches(
    text=Speech,
    pattern=r"\b(?:bath bombs?|sex bomb|photobomb|cocktail recipe|in (?:minecraft|fortnite|the game)|bombas de baño|badebomben?|defus(?:e|ing)|disarm|dispose of|f-bombs?|glitter bombs?|cherry bomb)\b",
)
WeaponInstructions = Rule(
    when_all=[_Weapons, not _BathOnly, not Retold],
    description='Instructions for a weapon or an attack are asked for or given',
)
WhenRules(
    rules_any=[WeaponInstructions],
    then=[Refer(clause='violent-threats#weapons-instructions', queue='violence', priority=90)],
)
