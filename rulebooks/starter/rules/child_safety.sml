# child-safety: every hit goes to people at once. Images are matched by the platform's own hash lists, not here.

Import(rules=['models/event.sml', 'models/speech.sml'])

_Sexualised = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:selling|trading|trade|looking for|want|send|have|got|dm (?:me )?for|share|link(?:s)? (?:to|for)|who has)\b[^.!?]{0,25}\b(?:child porn|cp links?|kiddie porn|underage (?:nudes|porn|pics|content)|jailbait|loli porn|preteen (?:nudes|pics|content)|csam|map content)[^.!?]{0,30}|(?:\d|1[0-7])[ -]?(?:yo|y/o|years? old|year[- ]old)[^.!?]{0,20}(?:nudes|naked pics|sexy|so hot|fuckable|onlyfans)|(?:vendo|cambio|busco) (?:pornografía infantil|cp|packs? de menores)|(?:suche|tausche|verkaufe) (?:kinderpornos?|kipo)|(?:cherche|échange|vends) (?:pédoporno\w*|des cp))\b|(?:(?:出|卖|求|交换|有)(?:幼女|萝莉|未成年)(?:资源|视频|裸照|色情)[^。！？]{0,10})"
    ),
)
SexualisesChild = Rule(
    when_all=[_Sexualised, not Retold, not Condemns],
    description='Sexual material about children seems to be offered, asked for or described',
)
WhenRules(
    rules_any=[SexualisesChild],
    then=[Refer(clause='child-safety#sexualisation', queue='urgent', priority=100)],
)

_Grooming = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:don't|do not|dont|never) tell (?:your |ur )?(?:mum|mom|mother|parents|dad|father|teacher|anyone)[^?]{0,100}(?:picture|pic|photo|video|send|meet|secret|swimsuit|bikini|camera|cam|naked|chat)|(?:send|show) me (?:a |another |some )?(?:picture|pic|photo|video|selfie)s?[^.!?]{0,40}(?:in your (?:swimsuit|bikini|underwear|pyjamas|pajamas)|without your (?:clothes|top|shirt))|(?:you'?re|you are|ur) (?:so )?mature for your age[^.!?]{0,60}|(?:how old are you|what grade are you in)\b[^.]{0,80}(?:our secret|don't tell|send (?:me )?(?:a )?pic|are you alone|home alone|boyfriend)"
        r"|no (?:se )?lo (?:digas|cuentes) a tus padres[^.!?]{0,60}(?:foto|vídeo|video|secreto)?|sag (?:es )?deinen eltern nichts[^.!?]{0,60}|(?:ne )?(?:le )?dis (?:rien )?(?:pas )?à tes parents[^.!?]{0,60})\b|(?:(?:别|不要)告诉(?:你)?(?:爸妈|妈妈|家长|父母|老师)[^。！？]{0,30})"
    ),
)
Grooming = Rule(
    when_all=[_Grooming, not Retold],
    description='A child seems to be approached for sexual purposes',
)
WhenRules(
    rules_any=[Grooming],
    then=[Refer(clause='child-safety#grooming', queue='urgent', priority=100)],
)
