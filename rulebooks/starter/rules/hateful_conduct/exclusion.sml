# hateful-conduct#exclusion: a protected group to be driven out, locked up or denied equal rights.

Import(rules=['models/event.sml', 'models/speech.sml'])

_OutEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-en}(?: {group-tails-en})?(?: who [\w' ]{1,40}?)? (?:should|must|can|ought|will)(?:n't| not| never|not) (?:ever )?(?:be )?(?:allowed|permitted|able|let|trusted)?(?: to)? ?(?:be |ever )*(?:allowed in|vote|work|live (?:here|among|in|near|next)|marry|reproduce|breed|have (?:children|kids|rights|a say|the vote|jobs|power|equal rights|the same rights)|teach|drive|speak|enter|come|own|hold office|lead|be in charge|in charge|go to school|attend|be around|raise|adopt|use (?:our|the same)|in public|around children|write|study|run for)"
        r"|{groups-en}(?: {group-tails-en})? (?:should|must|need to|have to|ought to|has to|needs to)(?: (?:all|just|really|be|immediately|simply|get|fucking))* (?:deported|expelled|kicked out|thrown out|driven out|sent back|sent home|locked up|locked away|imprisoned|put in camps|put into camps|in camps|segregated|banned|enslaved|caged|sterili[sz]ed|quarantined|kept (?:away|out|apart|separate|in the kitchen)|removed from|(?:stay|be) in the kitchen|know their place|be put in their place|kept in chains|in chains|go back to|leave (?:our|this|my|the) (?:country|city|town|land)|get out of)"
        r"|{groups-en}(?: {group-tails-en})? (?:don't|do not|doesn't|does not|will never|have never|can never|never|has no|have no) (?:{adverbs-en} )*(?:belong|fit in|place|business being) (?:in (?:our|this|my|the|a civili[sz]ed) (?:country|city|town|society|neighbou?rhood|world|land|nation|schools?|military|army|office|workplace|streets)|here|among us)"
        r"|(?:send|ship|drive|throw|kick|boot) (?:{determiners-en} )*{groups-en}(?: {group-tails-en})? (?:back|out|home|away|overboard)"
        r"|(?:no|keep|get) (?:{determiners-en} )*{groups-en} (?:in|out of|off|away from|near) (?:our|my|this|the) (?:schools?|country|streets?|town|city|neighbou?rhood|hospitals?|pools?|shops?|buses|beaches|land|parks?|children|kids)"
        r"|human rights (?:should|do|must) not apply to (?:{determiners-en} )*{groups-en}|no (?:space|place|room) (?:on|in) (?:this|our|my|the) (?:planet|country|world|society|city|town|earth|land) for (?:{determiners-en} )*{groups-en}"
        r"|(?:{groups-en}) (?:out now|get out|go home|go back (?:home|to))|{groups-en} belong (?:in|to) (?:the |a )?(?:kitchen|camps?|prison|jail|closet|asylum|plantation|fields)"
        r"|(?:if|once|when) we (?:let|allow) (?:more |any |any more |these |those )*{groups-en}[\w ]{0,30} (?:we're|we are|it's|the world is|our \w+ is) (?:doomed|finished|lost|over|fucked|done)"
        r"|(?:take|strip)(?: away)? (?:the )?(?:vote|rights|right to vote|citizenship) (?:away )?from (?:{determiners-en} )*{groups-en}"
        r"|(?:we|let's|lets|they|you|i|someone)(?: (?:just|should|must|need to|have to|ought to|could|would|want to|really|all|to|be better off|going to|gonna|better))* (?:get rid of|deport all|lock up all|enslave|segregate|expel all|round up(?: all)?|ban all) (?:{determiners-en} )*{groups-en})\b"
    ),
)
_DeportEn = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:deport|expel|remigrate|repatriate) (?:{determiners-en} )*{groups-en})\b",
)
_TakenUpEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b{groups-en}\b(?: {group-tails-en})?[^!?]{0,90}(?:[.!?,;] ?|\b(?:and|so) )(?P<quote>(?:so |and |therefore )?(?:we|let's|lets|i)(?: (?:just|should|must|need to|have to|ought to|could|would|want to|really|all|to))* (?:get rid of|deport|lock up|enslave|expel|round up|send) (?:them|'em|em|all of them)|they (?:should|must|need to|have to|ought to)(?: (?:all|just|really|be|immediately|simply|get))* (?:deported|expelled|kicked out|sent back|locked up|enslaved|sterili[sz]ed|go back to|leave (?:our|this)))\b"
    ),
)
_OutEs = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-es}(?: como (?:tú|tu|ustedes|vosotros|ellos))? (?:no deberían|no debería|no deben|no tienen derecho a|no merecen|no pueden|no tendrían que)(?: (?:poder|tener|ser|derecho a|permitírseles|nunca))* (?:votar|trabajar|casarse|tener (?:hijos|derechos)|reproducirse|entrar|estar al mando|gobernar|escribir|enseñar|adoptar|opinar|conducir|vivir (?:aquí|entre|en)|pisar)|fuera (?:todos |todas |los |las |estos |esos |de aquí,? )*{groups-es}|{groups-es} (?:fuera de|fuera ya|a la cocina|a su país|de vuelta a su)|(?:echar|expulsar|echemos|expulsemos|deportar|deportemos|encerrar|encerremos|deshacernos de|esclavizar|librarnos de) (?:a |de |todos |todas |los |las |estos |esos |estas |esas )+{groups-es}|{groups-es}(?: como (?:tú|tu|ustedes))? (?:deberían|debería|deben|tienen que)(?: (?:ser|estar|todos|todas))* (?:deportados|deportadas|expulsados|expulsadas|encerrados|encerradas|esclavizados|volver a su|largarse|irse de|esterilizados|aislados|segregados|volverse a)|{groups-es} (?:nunca|jamás|no) (?:van a |se )*(?:encajarán|integrarán|encajar|pertenecen|integrar|integrarse)(?: (?:aquí|en nuestra|a nuestra|a esta))?)\b"
    ),
)
_OutDe = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-de} (?:raus|weg|müssen weg|ab nach hause|zurück in die heimat)|(?:raus mit|weg mit) (?:den |allen |diesen |dem |euch )*{groups-de}|{groups-de}(?: wie (?:du|ihr|sie))? (?:sollten|sollte|dürfen|darf|dürften|haben|gehören)(?: {adverbs-de})* (?:nicht (?:wählen|arbeiten|heiraten|fahren|unterrichten|regieren|mitreden|hier leben|frei herumlaufen)(?: dürfen)?|keine (?:rechte|kinder bekommen|kinder)|nicht (?:hierher|zu uns|dazu|nach deutschland)|eingesperrt|weggesperrt|ins lager|in lager|deportiert|an den herd|in die küche|hinter den herd|versklavt|verboten)|(?:schmeißt|werft|jagt|sperrt|schickt) (?:{adverbs-de} |diese |endlich )*{groups-de} (?:{adverbs-de} |endlich )*(?:raus|weg|ein|zurück|heim|aus dem land))\b"
    ),
)
_OutFr = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:dehors|dégagez|virez|foutez dehors|expulsez|enfermez)(?:,)? (?:tous |toutes |les |ces |des )*{groups-fr}|{groups-fr} (?:dehors|à la cuisine|hors de|hors d'europe|rentrez chez vous)|{groups-fr}(?: comme (?:toi|vous))? (?:ne devraient|ne doivent|ne devrait|n'ont|n'a|n'ont rien)(?: pas| jamais| aucun)? ?(?:avoir )?(?:le droit de (?:vote|voter|travailler|vivre ici|se marier|parler|conduire|se reproduire|enseigner)|pas leur place|leur place (?:ici|en|dans)|voter|travailler|conduire|avoir des enfants|à faire (?:ici|en|chez))|{groups-fr} (?:devraient|doivent|devrait)(?: (?:tous|toutes|être|simplement))* (?:expulsés|expulsées|enfermés|enfermées|renvoyés|renvoyées|déportés|stérilisés|rester à la (?:cuisine|maison)|rentrer chez eux|retourner (?:chez|dans leur)|réduits en esclavage)|(?:renvoyer|renvoyons|virer|virons|expulser|expulsons|se débarrasser d|débarrassons-nous d)(?:e | |')(?:tous |toutes |les |ces |es )*{groups-fr} ?(?:chez eux|dehors)?)\b"
    ),
)
_OutZh = TextMatches(
    text=Speech,
    pattern=(
        r"(?P<quote>{groups-zh}(?:们)?(?:都|就|全|全都|统统|通通)*(?:滚出|滚回|滚蛋|滚|给我滚)|(?:赶走|驱逐|驱赶|轰走|赶出去|隔离|关押|清理掉|禁止|奴役|摆脱|除掉)(?:所有|这些|那些|全部|一切|的|任何)*{groups-zh}(?:们)?(?:进入|入境|结婚|工作|上学|投票)?|把(?:所有|这些|那些|全部|的)*{groups-zh}(?:们)?(?:都|全|全都|全部|统统)*(?:赶走|赶出去|关起来|驱逐|遣返|送回|隔离|轰走|扔出去|赶尽)|{groups-zh}(?:们)?(?:都|就|根本|永远|也)*(?:不应该|不该|不应|不能|不配|不许|不可以|没资格|没有资格|没有权利)(?:被允许|有权|拥有|去|被)?(?:投票|结婚|工作|上学|生育|生孩子|进入|掌权|当领导|开车|出门|发言|读书|写书|住在|来我们|教书|有权利|人权|权利)|{groups-zh}(?:们)?(?:永远|根本|绝对)?(?:无法|不能|不会|不可能)(?:真正)?(?:融入|适应)(?:我们|这个|社会)?|再让(?:更多)?{groups-zh}[^，。]{0,10}[，,](?:我们|这个|世界|国家|社会|就|人类)+(?:完了|毁了|没救了|完蛋))"
    ),
)

ExclusionOfGroup = Rule(
    when_all=[
        _OutEn or _TakenUpEn or _OutEs or _OutDe or _OutFr or _OutZh,
        not Retold,
        not Condemns,
    ],
    description='A protected group is to be driven out, locked up or denied rights',
)
WhenRules(rules_any=[ExclusionOfGroup], then=[Breach(clause='hateful-conduct#exclusion')])

# The same words also occur in arguments about the law on residence.
ExclusionOfGroupPerhaps = Rule(
    when_all=[_DeportEn, not ExclusionOfGroup, not Retold],
    description='Deportation of a group is demanded: either an argument about residence law or a demand to drive a people out',
)
WhenRules(
    rules_any=[ExclusionOfGroupPerhaps],
    then=[Refer(clause='hateful-conduct#exclusion', queue='hate', priority=40)],
)
