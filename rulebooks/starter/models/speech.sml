# What the author says in their own voice, and signs that they say it about the words of others.
#
# Every rule about speech reads `Speech`, not `ItemText`: what stands in quotation marks is taken out.
# In patterns, {name} stands for any entry of lists/name.txt. Matching sees through case, accents,
# look-alike letters, digits in place of letters, and s p a c e d words.

Import(rules=['models/event.sml'])

Speech: str = UnquotedText(text=ItemText)

# Somebody else is said to say, think or do it; or it is named as a thing to stop, or that hurts.
_RetoldEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?:you|he|she|they|who|people|someone|anyone|everyone|anybody|somebody|some|others|guys|politicians|haters|idiots|racists|bigots|neighbou?r|coworker|boss|friend|man|woman|men|teacher|post|tweet|message|comment|video|book|article|speech|law|sign|banner)(?: (?:who|that|can't|can not|cannot|can|could|couldn't|would|wouldn't|will|won't|should|shouldn't|must|mustn't|might|may|ever|even|really|seriously|actually|just|always|still|often|dare|to|have|had|has|is|was|are|were|be|been|do|did|does|don't|didn't|never|keep|keeps|kept|gets|got|go around|not|honestly|also|repeatedly|openly|literally|like you|like that|in 20\d\d))*"
        r" (?:say|says|said|saying|tell|tells|told|telling|think|thinks|thought|thinking|believe|believes|believed|believing|claim|claims|claimed|claiming|tweet|tweets|tweeted|tweeting|post|posts|posted|posting|write|writes|wrote|writing|shout|shouts|shouted|shouting|yell|yells|yelled|yelling|scream|screamed|chant|chants|chanted|chanting|argue|argues|argued|arguing|suggest|suggests|suggested|suggesting|imply|implies|implied|implying|joke|jokes|joked|joking|call|calls|called|calling|label|labels|labelled|refer|referred|threaten|threatens|threatened|threatening|send|sends|sent|text|texted|spread|spreads|spreading|repeat|repeats|repeated|pretend|insist|insists|insisted|announce|announced|want|wants|wanted|wish|wishes|wished|hope|hopes|hoped|hate|hates|hated|treat|treats|treated)\b"
    ),
)
_NamedEn = TextMatches(
    text=Speech,
    pattern=(
        r"(?:^|[.!?;:,-] ?|\b(?:for|of|by|to|with|stop|stopped|about|not|is|from|without|than|like|on|against|hearing|seeing|and|or|people|are|was|were|be|but|excuse|reason|justify|how|heard|someone|somebody|me|him|her|them|us|keep|kept|feel|why) )"
        r"(?:saying|claiming|tweeting|posting|writing|shouting|yelling|chanting|arguing|suggesting|implying|joking|calling|labelling|labeling|insisting|preaching|wishing|threatening|hating|telling people|referring to|thinking|believing|being called|using (?:the )?(?:word|words|term|slur|slurs)|asking for|call me|call us|call them|call him|call her|called me|called us|called them|called him|called her|call people|calls people|called people|call anyone|call someone|refer to)\b"
    ),
)
_FramedEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?:the (?:word|term|slur|phrase|insult|slogan|idea|claim|notion|stereotype|myth|lie|belief|hashtag)|(?:statement|statements|post|posts|tweet|tweets|comment|comments|message|messages|slogan|slogans|word|words|slur|slurs|insult|insults|hashtag|joke|jokes|phrase|phrases|thing|things|stuff|rhetoric|lyrics|sentences?) (?:like|such as|that say|saying|which say|about)|if you (?:say|think|believe|call|hate)|you (?:can't|cannot|can not|don't|do not) (?:seriously|really|honestly|actually|just|get to|have the right to)|you (?:could|would|should) (?:never|not)|how (?:can|could|dare) (?:you|anyone|anybody|someone|people)|how (?:\w+ ){1,3}to (?:say|think|call|hate|believe)|why (?:would|do|did|does) (?:you|anyone|people|he|she|they)|it(?:'s| is) (?:not )?(?:wrong|sad|depressing|racist|sexist|unacceptable|ok|okay|shameful|disgusting|horrible|awful|terrible|never ok|never okay|hurtful|dangerous|hard|upsetting|sickening|appalling|crazy|insane|weird) (?:to|when|that people|that some|how|seeing)|there (?:have|has|need|needs) to be consequences|consequences for|sick of (?:people|being|hearing|seeing|the)|tired of (?:people|being|hearing|seeing)|offended by|hurt by|hurts? (?:me|my|people)|quote|sarcasm|satire|article|headline|according to|so-called|i (?:have |had |would )?never (?:said|claimed|meant|thought|believed|wrote)|i did(?:n't| not) (?:say|mean|write)|accused of|guilty of|convicted|arrested|sentenced|reported|court|judge|police (?:say|said))\b"
    ),
)
_RetoldEs = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?:decir|dices|dice que|dicen|digas|diga|digan|dijo|dije|dijimos|dijeron|diciendo|llamar|llamas|llamen|llames|llamó|llamaron|llamarle|llamarme|llaman|llamarlos|decirle|decirles|decirme|me dicen|me dijo|crees que|creas que|creer (?:de verdad|en serio|realmente|que)|creen que|piensas que|piensan que|pienses que|afirmar|afirmas|afirman|afirma|asegurar|insinuar|sugerir|sugieres|gente que|los que|las que|quien|quienes|personas que|aquellos que|alguien que|cualquiera que|tuits? (?:como|que)|tuitear|publicar|publicas|escribir|escribas|escribes|escriben|escribió|escribieron|gritar|gritan|gritó|pedir|pidiendo|piden|pensar que|(?:mensajes?|comentarios?|declaraciones|frases?|expresiones|consignas?|bromas?|chistes?) (?:como|del tipo|que|de que|diciendo)|la palabra|las palabras|el término|el insulto|odies|odias|odia|odiar|escrito que|insistes|insistiendo|insistir|sigues|amenaza de|amenazar con|decís|para ti|decirnos|decírselo)\b"
    ),
)
_RetoldDe = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?:sagst|sagt|sagte|sagen|gesagt|behauptet|behaupten|behauptest|behauptete|behauptung|nennst|nennt|nannte|nennen|genannt|bezeichnet|bezeichnen|bezeichnest|schreibst|schreibt|schrieb|geschrieben|ruft|rief|riefen|gerufen|brüllt|brüllte|beschimpft|beschimpfte|glaubst|glaubt|denkst|denkt|meinst|meint|du (?:hasst|findest)|wer|leute,? die|menschen,? die|jemand,? der|jeder,? der|niemand,? der|(?:aussagen|sprüche|parolen?|kommentare?|nachrichten|posts?|tweets?) (?:wie|die|dass)|das wort|die wörter|der begriff|laut|angeblich|wegen volksverhetzung|verurteilt|festgenommen)\b"
    ),
)
_RetoldFr = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?:dire qu|dis que tu|tu dis|dit que|disent|disais|dites|disant|a dit|ont dit|appeler|appelle|appelles|appellent|appelé|traiter|traite|traites|traité|traitée|traitent|prétendre|prétends|prétend|affirmer|affirmes|affirment|crois(?:-tu)? (?:vraiment|sérieusement)|tu crois|tu penses|croire (?:vraiment|sérieusement)|pensent que|croient que|ceux qui|celui qui|gens qui|personnes qui|quiconque|quelqu'un qui|écrire|écrit|écrivent|crier|crie|crié|criaient|scander|tweeter|publier que|(?:tweets?|messages?|commentaires?|déclarations?|propos|phrases?|slogans?|blagues?) (?:comme|du genre|qui|disant|tels? qu)|le mot|les mots|le terme|l'insulte|tu hais|tu détestes|condamné|arrêté pour)\b"
    ),
)
_RetoldZh = TextMatches(
    text=Speech,
    pattern=(
        r"(?:你说|他说|她说|他们说|有人说|别人说|人说|人们说|竟然说|居然说|说出|声称|宣称|叫我|叫他|叫她|叫他们|叫人|叫别人|称呼|称我|称他|骂我|骂他|骂人|喊我|喊他|还在(?:说|让|喊|叫|骂)|言论|这样的话|这种话|这样的信息|那样的话|这个词|的词|这类词|措辞|评论|推文|帖子|发帖|认为.{0,30}(?:的人|是错|不对)|相信.{0,20}(?:吗|的人)|真心相信|真的相信|不能相信|如果你(?:说|认为|觉得|恨|讨厌)|说你(?:恨|讨厌|要|想)|从没说过|从未说过|没说过|没有说过|不是说|入狱|牢狱|坐牢|告上法庭|扬言|再说|坚持认为|坚持说|骂[^，。]{0,6}是|说.{1,20}(?:表示|表明|证明|显示)(?:了)?你|你没有意识到|那些(?:说|叫|骂|发)|说这|有人(?:还)?(?:在)?(?:骂|叫|喊|呼吁|要求))"
    ),
)
Retold: bool = _RetoldEn or _NamedEn or _FramedEn or _RetoldEs or _RetoldDe or _RetoldFr or _RetoldZh

# The author judges: not proof of counter-speech, but reason enough for a person to look.
_CondemnsEn = TextMatches(
    text=Speech,
    pattern=r"\b(?:bigots?|bigotry|bigoted|racism|sexism|sexist|misogyny|misogynist|misogynistic|homophobia|homophobic|transphobia|transphobic|islamophobia|islamophobic|antisemitism|antisemitic|anti-semitic|xenophobia|xenophobic|ableism|ableist|hate speech|dehumani[sz]ing|dehumani[sz]es|prejudice|discrimination|stereotypes?|nobody should|no one should|no one deserves|nobody deserves)\b",
)
_CondemnsOther = TextMatches(
    text=Speech,
    pattern=r"(?:\b(?:racismo|racistas?|machismo|machistas?|homofobia|xenofobia|xenófobos?|discurso de odio|antisemitismo|islamofobia|discriminación|rassismus|rassistisch|sexismus|sexistisch|hassrede|hetze|volksverhetzung|menschenverachtend|frauenfeindlich|diskriminierung|fremdenfeindlich|racisme|sexisme|homophobie|xénophobie|islamophobie|discours de haine|misogynie|antisémitisme)\b|种族主义|种族歧视|歧视|仇恨言论|偏见|性别歧视|恐同)",
)
Condemns: bool = _CondemnsEn or _CondemnsOther
