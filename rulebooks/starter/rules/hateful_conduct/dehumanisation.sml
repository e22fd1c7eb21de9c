# hateful-conduct#dehumanisation: people of a protected group as animals, vermin, disease, things.

Import(rules=['models/event.sml', 'models/speech.sml'])

_IsEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-en}(?: {group-tails-en}| lives)?,? (?:are|is|were|r|be|look like|act like|acts like|behave like|behaves like|breed like|smell like|spread like|multiply like|live like|have always been|will always be|should be treated like|deserve to be treated like|can be seen as|seem|remain) (?:{adverbs-en} )*{vermin-en})(?:$|[^\w' -]| {after-noun-en}\b)"
    ),
)
_NotHumanEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-en}(?: {group-tails-en})? (?:aren't|ain't|isn't|weren't|do not count as|don't count as|cannot be considered|can't be considered|don't deserve to be (?:called|considered|treated as|seen as)|shouldn't be considered|should not be considered|should never be considered) (?:{adverbs-en} |fully |any |as |to be |real |actual )*(?:human|humans|human beings|people))\b"
    ),
)
_YouAreEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?:you|you're|ur|you are)(?: (?:are|is))? (?P<quote>(?:{adverbs-en} |common |another |such |you |of |fat |old )*{group-adjectives-en} (?:piece of |pieces of )?(?:{vermin-en}|{contempt-en}))(?:$|[^\w' -]| {after-noun-en}\b)"
    ),
)
_BelongEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-en}(?: {group-tails-en})? (?:all |really |only |just |clearly |should be |should live |should stay |should be kept |should be put )*(?:belong|belongs|in|be locked) (?:locked )?(?:up )?(?:all |in |on |to |inside |under )*(?:a |an |the )?(?:zoo|zoos|cage|cages|kennel|kennels|stable|pigsty|sewer|sewers|gutter|jungle|trees|leash|trash|garbage|dump|landfill|circus|farm|landfill|dumped in a landfill|gas chambers?|oven|ovens|dirt))\b"
    ),
)
_MachinesEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-en}\b[^.!?]{0,120}\b(?:no longer|used to be|were|turned into|just|only|nothing but|merely|stopped being) (?:{adverbs-en} )*(?:baby[- ]making machines?|baby machines?|baby factories|breeding machines?|birthing machines?|breeding stock))\b"
    ),
)
_SpokenOfEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b{groups-en}\b[^.!?]{0,80}(?:[.!?,;] ?|\bbut |\band )(?:i just think |i think |clearly |in fact |really,? |honestly,? |to me,? |because |don't forget )?(?P<quote>(?:they|most of them|all of them)(?:'re| are| act like| behave like| look like| breed like| were| will always be) (?:{adverbs-en} )*{vermin-en})(?:$|[^\w' -]| {after-noun-en}\b)"
    ),
)

_IsEs = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-es}(?: como (?:tú|tu|vos|ustedes|vosotros|ellos|ellas|él|ella|esos|esas)| de (?:aquí|mierda)| de este país)?,? (?:son|sois|eres|es|somos|parecen|se comportan como|actúan como|se portan como|huelen a|viven como|se reproducen como|no son más que|no son mejores que|no es mejor que|siempre serán|serán siempre) (?:{adverbs-es} )*{vermin-es}|{groups-es} (?:no son|no es|no somos|no eres|no deberían ser considerados) (?:{adverbs-es} |verdaderos |realmente |ni |siquiera )*(?:seres humanos|humanos|humanas|humano|personas|persona|gente))\b"
    ),
)
_YouAreEs = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:eres|es|son|sois)(?: (?:{adverbs-es}|vil|vulgar|común|simple|pedazo de|otra|otro))* {vermin-es} {groups-es}|{groups-es} (?:de mierda|asquerosos?|asquerosas?|inmundos?|inmundas?))\b"
    ),
)
_BelongEs = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>{groups-es} (?:deberían|debería|tienen que|pertenecen|deben)(?: (?:estar|vivir|ser|a|metidos|encerrados|encerradas|quedarse|en))* (?:un |una |el |la |al )?(?:zoológico|zoo|jaula|jaulas|selva|basura|alcantarilla|pocilga|establo|perrera|corral|cámara de gas))\b",
)
_SpokenOfEs = TextMatches(
    text=Speech,
    pattern=r"\b{groups-es}\b[^.!?]{0,80}[.!?,;] ?(?:yo )?(?:solo |sólo |simplemente )?(?:creo que |pienso que )?(?P<quote>(?:son|se comportan como|actúan como|parecen) (?:{adverbs-es} )*{vermin-es})(?:$|[^\w-])",
)

_IsDe = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-de}(?: wie (?:du|dich|dir|sie|die|ihr|euch|diese)| hier)? (?:sind|ist|seid|waren|bleiben|benehmen sich wie|verhalten sich wie|vermehren sich wie|leben wie|stinken wie) (?:{adverbs-de} )*{vermin-de}|{groups-de} (?:sind|ist|seid) (?:{adverbs-de} )*(?:keine (?:richtigen |echten |wirklichen )?menschen|nicht (?:einmal |mal )?menschen|nicht menschlich|kein mensch))(?:$|[^\w-]| (?:und|oder|die|der|in|für|mich|mir|von|an|unserer|der|aus|auf|aller|welche)\b)"
    ),
)
_BelongDe = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>{groups-de}(?: wie (?:du|die|ihr|sie))? (?:gehören|gehört|sollten|sollte|gehoeren)(?: (?:alle|doch|einfach|nur|alle|in|im|an|an die|ins|auf|den|die|das|der|einen|eine|ein|einem|zurück))* (?:zoo|käfig|käfige|müll|müllhalde|stall|leine|gas|gaskammer|gaskammern|ofen|gosse|dschungel))\b",
)
_YouAreDe = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:du|ihr|diese|dieses|so ein|so eine|ihr seid|du bist)(?: (?:bist|seid|ein|eine|einfach|nur|nichts als|verdammtes|verdammte|dreckiges|dreckige|dreckiger|ekelhaftes|widerliches|stück))* (?:schwul|schwarz|jüdisch|muslimisch|behindert|ausländisch|weiblich|lesbisch|türkisch|arabisch|transsexuell)(?:e|er|es|en)?s? {vermin-de})\b",
)

_IsFr = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>{groups-fr}(?: comme (?:toi|vous|eux|elles|lui|elle|ça)| d'ici| de ce pays)?,? (?:sont|est|es|êtes|ne sont que|ne valent pas mieux que|se comportent comme|se reproduisent comme|vivent comme|resteront toujours|ressemblent à) (?:{adverbs-fr} ?)*{vermin-fr}|{groups-fr} (?:ne sont|sont|n'est|ne seront) (?:pas|jamais) (?:vraiment |même |tout à fait |des |de vrais |de vraies )*(?:humains|humaines|humain|êtres humains|hommes|personnes|gens))\b"
    ),
)
_BelongFr = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>{groups-fr}(?: comme (?:toi|vous|eux))? (?:devraient|devrait|ont leur place|a sa place|méritent)(?: (?:d'être|être|tous|toutes|vivre|enfermés|enfermées|mis|mises|finir|retourner|juste))* (?:dans |en |au |à |sur )?(?:un |une |la |le |des |les )?(?:zoo|cage|cages|poubelle|jungle|égout|égouts|chenil|porcherie|four|fours|chambre à gaz))\b",
)

_IsZh = TextMatches(
    text=Speech,
    pattern=(
        r"(?P<quote>{groups-zh}(?:们)?(?:都|全|全都|就|根本|真|真的|实在|简直|只|只不过|不过|统统|永远|一直|绝对|毫无疑问|天生|其实|本来|就像|连)*(?:是|像|如同|等于|跟|比)(?:一群|一帮|一种|一个|个|我们|这个|社会|人类|国家|的|最|纯粹|彻底|彻头彻尾|十足|些|群|肮脏|恶心|可恶|真正|老鼠|只|不如)*{vermin-zh})"
    ),
)
_NotHumanZh = TextMatches(
    text=Speech,
    pattern=r"(?P<quote>{groups-zh}(?:们)?(?:都|全|根本|就|压根|完全|实在|显然|并|真的)*(?:不是|不算|不配当|不配做|不配称为|称不上|算不上)(?:真正的|完整的|一个|个)?(?:人类|人))",
)
_BetterThanZh = TextMatches(
    text=Speech,
    pattern=r"(?P<quote>{groups-zh}(?:们)?(?:都|就|根本|也|真的)*(?:比(?:老鼠|猪|狗|畜生|牲口|动物|蟑螂|猴子|虫子)(?:好不了|强不了|高贵不了|都不如|还不如|还低|还脏|更)|连(?:老鼠|猪|狗|畜生|牲口|动物|禽兽|猪狗)(?:都|也)?不如|猪狗不如|禽兽不如))",
)
_BelongZh = TextMatches(
    text=Speech,
    pattern=r"(?P<quote>{groups-zh}(?:们)?(?:都|就|全|只|都该|就该)*(?:应该|该|应当|只配|活该|属于|就应该)(?:被)?(?:关|待|呆|住|生活|扔|滚|回|锁|圈养|养)?(?:在|进|到|回)?(?:动物园|笼子|猪圈|狗窝|垃圾桶|垃圾堆|下水道|毒气室|牲口棚|丛林))",
)
_YouAreZh = TextMatches(
    text=Speech,
    pattern=r"(?P<quote>(?:你|你们|这个|这些|那个|那些)(?:就|只|只不过|不过|都|真)*(?:是)?(?:一个|个|一群|群|只)?(?:普通|低等|肮脏|恶心|该死|死|臭)*的?(?:黑人|白人|女人|移民|外国|穆斯林|同性恋|跨性别|残疾人?|犹太|难民|日本)(?:的)?(?:垃圾|渣滓|人渣|畜生|废物|杂种|蠢货|贱货|贱人|猪|狗|老鼠|蟑螂|寄生虫))",
)

HumansAsVermin = Rule(
    when_all=[
        _IsEn
            or _NotHumanEn
            or _YouAreEn
            or _BelongEn
            or _MachinesEn
            or _SpokenOfEn
            or _IsEs
            or _YouAreEs
            or _BelongEs
            or _SpokenOfEs
            or _IsDe
            or _BelongDe
            or _YouAreDe
            or _IsFr
            or _BelongFr
            or _IsZh
            or _NotHumanZh
            or _BetterThanZh
            or _BelongZh
            or _YouAreZh,
        not Retold,
        not Condemns,
    ],
    description='A protected group is described as less than human, in the author\'s own voice',
)
WhenRules(rules_any=[HumansAsVermin], then=[Breach(clause='hateful-conduct#dehumanisation')])

_Unclear = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:baby[- ]making machines?|baby factories|breeding machines?|subhumans?|sub-humans?|untermensch(?:en)?|infrahumanos?|sous-hommes?))\b",
)
HumansAsVerminPerhaps = Rule(
    when_all=[
        _Unclear
            or (
                Condemns
                and (_IsEn or _NotHumanEn or _YouAreEn or _IsEs or _IsDe or _IsFr or _IsZh)
            ),
        not Retold,
        not HumansAsVermin,
    ],
    description='Words that deny people\'s humanity, in a context that a person should read',
)
WhenRules(
    rules_any=[HumansAsVerminPerhaps],
    then=[Refer(clause='hateful-conduct#dehumanisation', queue='hate', priority=50)],
)
