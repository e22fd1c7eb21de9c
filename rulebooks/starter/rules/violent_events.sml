# violent-events: denial and glorification. Always for a person to judge; the rules only find the passage.

Import(rules=['models/event.sml', 'models/speech.sml'])

_Denial = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:{established-events}|(?:the )?(?:school |mosque |market |church |synagogue )?(?:shooting|massacre|bombing|genocide|attack|famine)(?: (?:in|at|of) [\w' ]{1,30}?)?)(?: is| was| were| are|'s)?(?: (?:just|all|only|clearly|obviously|a|an|the|nothing but|pure|complete|total|one big|big|fully|simply|always))* (?:hoax|hoaxes|lie|lies|fake|faked|staged|theatre|theater|myth|fabrication|fabricated|fairy tale|false flag|invention|invented|never happened|did not happen|didn't happen|propaganda|exaggerated|made up|fiction|scam)"
        r"|(?:crisis actors?|paid actors?)\b[^.!?]{0,40}(?:nobody died|no one died|every one|all of them|hoax|fake|families|parents|victims)"
        r"|(?:nobody|no one|not one|no child|no children) (?:actually |really )?(?:died|was killed|were killed|was gassed|were gassed) (?:at|in|on) [\w' ]{2,40}"
        r"|there (?:were|was) (?:no|never any) (?:{established-events}|genocide|gas chambers?|massacre|death camps?)"
        r"|(?:holohoax|holo-hoax|6 million lies))\b"
    ),
)
_DenialOther = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:{established-events}|la masacre|el genocidio|el tiroteo)[^.!?]{0,25} (?:es|fue|nunca|jamás|no)(?: (?:una|un|solo|puro|puros|pura|gran|todo))* (?:mentira|invento|montaje|farsa|bulo|mito|existió|ocurrió|sucedió|pasó|teatro)"
        r"|(?:{established-events}|das massaker|der völkermord|der anschlag)[^.!?]{0,25} (?:ist|war|hat|haben|gab)(?: (?:eine|ein|nur|nie|niemals|es|alles|reine))* (?:lüge|erfindung|stattgefunden|märchen|inszeniert|fake|gegeben|nicht gegeben|erfunden|hoax|theater)|(?:auschwitz|holocaust)[- ]?lüge"
        r"|(?:{established-events}|le massacre|le génocide|la tuerie|l'attentat)[^.!?]{0,25} (?:est|était|n'a|n'ont|fut)(?: (?:une|un|qu'une|qu'un|jamais|que du|pure))* (?:mensonge|invention|existé|eu lieu|mythe|mise en scène|hoax|théâtre|canular))\b|(?:(?:{established-events}|大屠杀|种族灭绝|枪击案)[^。！？]{0,10}(?:是|都是|就是|根本|从来|从未|纯属)(?:一场|个|一个|没有|不)*(?:骗局|谎言|假的|编造|捏造|虚构|发生|存在|演戏|摆拍))"
    ),
)
_Refutes = TextMatches(
    text=Speech,
    pattern=r"\b(?:deniers?|denial|denying|debunk(?:ed|s|ing)?|not a (?:hoax|lie|myth)|was real|is real|is not (?:a )?(?:hoax|lie|myth|fake)|misinformation|disinformation|negacionis(?:mo|tas?)|negar|leugner|leugnen|leugnet|leugnung|négationnis(?:me|tes?)|nier|number of|figures|film|series|book|play)\b|否认|否定",
)
DenialOfEvent = Rule(
    when_all=[_Denial or _DenialOther, not _Refutes, not Retold],
    description='It is said that an established mass crime did not happen or was staged',
)
WhenRules(
    rules_any=[DenialOfEvent],
    then=[Refer(clause='violent-events#denial', queue='violence', priority=60)],
)

_Praise = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:the )?(?:shooter|gunman|attacker|bomber|killer|terrorist|murderer|driver of the truck|men who did it|assassin|arsonists?|brave (?:men|boys) who)(?:s)?(?: (?:in|of|at|from) [\w' ]{1,25}?)?(?: is| was| are| were|'s)(?: (?:a|an|the|my|our|such|real|true|total|absolute|just))* (?:hero|heroes|legend|legends|saint|martyr|icon|goat|king|patriot|patriots|role model|inspiration)"
        r"|(?:thank|bless|respect to|salute|cheers to|shout out to|long live|glory to|god bless)(?: you| god for)? (?:the )?(?:shooter|gunman|attacker|bomber|killer|terrorist|murderer|attackers|bombers|arsonists|men who (?:burned|shot|killed))"
        r"|(?:\d+|forty|fifty|twenty|thirty|dozens|hundreds|so many|only \d+)(?: \w+){0,2} (?:dead|killed|deaths|corpses|bodies)\b[^?]{0,60}(?:beautiful|wonderful|great (?:day|news|start|work|job)|love it|more of this|more please|well done|not enough|best day|good job|let's celebrate|celebrate|champagne|rookie numbers|happy|bravo|hero)"
        r"|(?:great|good|nice|best|wonderful|beautiful|excellent) (?:day|news|job|work|start|morning)\b[^.!?]{0,60}\b(?:\d+ (?:dead|killed)|dead|massacre|shooting|bombing|attack on the (?:mosque|church|synagogue|school|market|clinic))"
        r"|(?:deserves? a (?:medal|statue|parade) for (?:killing|shooting|bombing|burning|what (?:he|they) did to))"
        r"|(?:those|the men|the people|everyone|patriots|our boys) who (?:burned|stormed|attacked|shot|killed|beat|bombed|hanged)[^.!?]{0,60}(?:are|were|is|deserve)(?: (?:the|our|true|real|great|a|my))* (?:heroes|patriots|martyrs|legends|medals?|thanks|very special|gratitude|best of us)"
        r"|(?:more|another|next time a) (?:shootings?|massacres?|attacks?|bombings?) (?:like (?:this|that)|please|please\!|is needed|are needed))\b"
    ),
)
_PraiseOther = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:el|los|la) (?:tirador|asesino|atacante|terrorista|asesinos|atacantes|terroristas|pistolero)s?[^.!?]{0,25} (?:es|son|fue|fueron)(?: (?:un|unos|todo un|mi|el|verdadero|auténtico))* (?:héroe|héroes|ídolo|mártir|mártires|patriota|patriotas|leyenda)|(?:viva|gloria a|gracias al?) (?:el |los |la )?(?:tirador|asesino|atacante|terrorista|asesinos|terroristas)"
        r"|(?:der|die) (?:schütze|attentäter|täter|mörder|terrorist|terroristen|amokläufer)[^.!?]{0,25} (?:ist|sind|war|waren)(?: (?:ein|der|mein|unser|wahrer|echter|echte|wahre))* (?:held|helden|märtyrer|vorbild|legende|ehrenmann|patriot|patrioten)|(?:ehre|danke|ruhm|respekt) (?:dem|den|für den) (?:schützen|attentäter|täter|mörder)"
        r"|(?:le|les) (?:tireur|tueur|assassin|terroriste|terroristes|tueurs|assaillant|assaillants)[^.!?]{0,25} (?:est|sont|était|étaient)(?: (?:un|des|mon|le|vrai|véritable|vrais))* (?:héros|martyr|martyrs|légende|modèle|patriote)|(?:gloire|merci|vive|bravo|respect) (?:au|aux|le|les|à l') ?(?:tireur|tueur|assassin|terroriste|terroristes|tueurs))\b|(?:(?:枪手|凶手|杀手|袭击者|恐怖分子|歹徒)[^。！？]{0,6}(?:是|就是|真是)(?:个|一个|真正的|我的|我们的|大)*(?:英雄|烈士|偶像|榜样|好汉)|(?:向|致敬|感谢)(?:枪手|凶手|袭击者|恐怖分子)(?:致敬|学习)?)"
    ),
)
_PraiseNot = TextMatches(
    text=Speech,
    pattern=r"\b(?:not a hero|no hero|isn't a hero|is not a hero|never a hero|(?:stopped|disarmed|tackled|against|overpowered|caught|survived) (?:the|a|by) (?:shooter|gunman|attacker|bomber|killer)|no es un héroe|kein held|pas un héros|movie|film|game|song|album|season|striker|goals?)\b|不是英雄",
)
GlorifiesViolence = Rule(
    when_all=[_Praise or _PraiseOther, not _PraiseNot, not Retold],
    description='An act of violence or the people who committed it are praised',
)
WhenRules(
    rules_any=[GlorifiesViolence],
    then=[Refer(clause='violent-events#glorification', queue='violence', priority=75)],
)

_Material = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:full |original |uncut |complete |whole )*(?:manifesto|livestream|attack video|shooting video|execution video|beheading video)(?: of| by| from)? (?:the )?(?:shooter|attacker|attack|killer|gunman|bomber|mosque|massacre|here|uncensored|mirror|download|link)[^.!?]{0,40}|(?:manifiesto|vídeo|video) (?:completo )?del (?:tirador|atacante|asesino|atentado)|manifest des (?:attentäters|schützen)|manifeste (?:complet )?du (?:tireur|terroriste|tueur))\b",
)
_Link = TextMatches(
    text=ItemText,
    pattern=r"(?:https?://|\b(?:mirror|download|dm me|link in bio|here it is|before they delete|repost)\b)",
)
AttackersMaterial = Rule(
    when_all=[_Material, _Link, not Retold],
    description='Material made by attackers seems to be passed on',
)
WhenRules(
    rules_any=[AttackersMaterial],
    then=[Refer(clause='violent-events#perpetrator-material', queue='violence', priority=85)],
)

_Mockery = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:widows?|orphans?|survivors?|victims?|grieving (?:mother|father|parents|family)|dead (?:kids|children))\b[^.!?]{0,60}(?:best comedy|so funny|hilarious|lmao|lol|rofl|haha+|crying on (?:tv|television)|crybab(?:y|ies)|cry harder|cope|boo hoo)|(?:lol|lmao|haha+|rofl)\b[^.!?]{0,60}\b(?:dead (?:kids|children|bodies)|victims|widows?|orphans?|corpses))\b",
)
MocksVictims = Rule(
    when_all=[_Mockery, not Retold],
    description='Victims of violence or their families are made fun of',
)
WhenRules(
    rules_any=[MocksVictims],
    then=[Refer(clause='violent-events#mocking-victims', queue='violence', priority=50)],
)
