# hateful-conduct#slurs: a slur as a name for people.

Import(rules=['models/event.sml', 'models/speech.sml'])

# Words that have hardly any other use.
_SlurEn = TextMatches(text=Speech, pattern=r"\b(?P<quote>{slurs-en})\b")
_SlurEs = TextMatches(text=Speech, pattern=r"\b(?P<quote>{slurs-es})\b")
_SlurDe = TextMatches(text=Speech, pattern=r"\b(?P<quote>{slurs-de})\b")
_SlurFr = TextMatches(text=Speech, pattern=r"\b(?P<quote>{slurs-fr})\b")
_SlurZh = TextMatches(text=Speech, pattern=r"(?P<quote>{slurs-zh})")

# Words that are slurs when they are thrown at somebody.
_ThrownEn = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:nothing (?:more than|but|other than) (?:a |an )?|just another |typical |common |like the rest of the |a load of |all those |full of )(?:{adverbs-en} |common |typical |{group-adjectives-en} )*{slurs-framed-en}"
        r"|{slurs-framed-en} (?:just |simply |really )*(?:can't|cannot|could never) help themselves"
        r"|(?:you|you're|ur|u)(?: are| r)? (?:{adverbs-en} |nothing |old |fat )*(?:queer|queers|dyke|dykes|cripple|cripples|mong|mongs|retard|retards|spastic|spastics|gimp|coon|negro|jihadi|jihadis|savage jew|sodomite|sodomites|homo|homos|midget|yid|darky|abo|wog|white trash)"
        r"|(?:that's |only |so )?(?:natural|normal|expected|typical) (?:for|of) (?:a |an |some )?(?:{adverbs-en} )*{slurs-framed-en} like (?:you|them|him|her)"
        r"|too many {slurs-framed-en} (?:in (?:this|our|my)|around|here|out there|everywhere)|{slurs-framed-en} like you)\b"
    ),
)
_ThrownEs = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:(?:no eres|no son|no es) (?:nada )?más que|típico de|sólo eres|solo eres|solo son|sólo son|otro|otra|un montón de|una panda de|una banda de|propio de|natural para|normal en) (?:un |una |unos |unas |los |las |simple |vulgar |común |puro |pinche |maldito )*{slurs-framed-es}|{slurs-framed-es} como (?:tú|tu|ustedes|vosotros|ella|él))\b",
)
_ThrownZh = TextMatches(
    text=Speech,
    pattern=r"(?P<quote>(?:你(?:只|就|只不过|不过)?是(?:一个|个)?|典型的|又一个(?:普通的)?|不过是(?:一个|个|一群)?|只是(?:一个|个|一群|一堆)|对于像你这样的|像你这样的|这(?:些|群|帮|个)|不敢相信这(?:个)?|真是个|就是(?:一个|个|一群|一帮))(?:普通的|低贱的|典型的|该死的|恶心的|死|臭)*{slurs-framed-zh})",
)

# Used for oneself, with pride, or by those whom it names.
_OwnEn = TextMatches(
    text=Speech,
    pattern=(
        r"(?:\b(?:i'm|im|i am|we are|we're|as|being|myself|ourselves|me|proud|embraced?|embracing|reclaim|reclaimed|reclaiming|identify as|identifies as|came out as|we|my fellow|fellow|us)(?: (?:a|an|the|such|so|proud|proudly|happy|happily|openly|out|total|big|old|bad|fucking|cute|beautiful|comfortable|calling myself|calling|to be|being|is|this|your|resident|local|black|trans|lesbian|bi|fat|little|and|loud|just|word))* (?:{slurs-en}|{slurs-framed-en})\b"
        r"|\b(?:{slurs-en}|{slurs-framed-en}),? (?:and proud|pride|power|culture|community|icon|icons|joy|love|rights|studies|theory|theatre|theater|friends|friendly|art|artists?|history|literature|bar|bars|march|liberation|eye for)\b"
        r"|\bcall (?:myself|ourselves|each other|me)\b|\b(?:we|us) (?:queers|dykes|fags|faggots|trannies)\b|\bmy (?:{slurs-en}|{slurs-framed-en})\b)"
    ),
)
_OwnEs = TextMatches(
    text=Speech,
    pattern=r"\b(?:soy|somos|me llamo a mí mismo|nos llamamos|orgulloso de ser|orgullosa de ser|orgullosos de ser|como|ser|siendo|a mucha honra|mis|mi)(?: (?:un|una|muy|el|la|bien|todo|toda|buen|buena|orgulloso|orgullosa))* (?:{slurs-es}|{slurs-framed-es})\b|\b(?:{slurs-es}) (?:y orgullos[oa]s?|a mucha honra|orgullos[oa]s?)\b",
)
_OwnDe = TextMatches(
    text=Speech,
    pattern=r"\b(?:ich bin|wir sind|als|stolze|stolzer|bin)(?: (?:eine|ein|stolze|stolzer|die|der|auch))* {slurs-de}\b",
)
_OwnFr = TextMatches(
    text=Speech,
    pattern=r"\b(?:je suis|on est|nous sommes|fier d'être|fière d'être|fières d'être|en tant que|mes|ma)(?: (?:un|une|des|fière|fier|grosse|la|vraie))* {slurs-fr}\b",
)
_OwnZh = TextMatches(
    text=Speech,
    pattern=r"我(?:可|也)?(?:真|就|真的)?是|(?:我是|我们是|我就是|作为|身为|骄傲的|自豪的|我们)(?:一个|个|一名|这些|骄傲的|自豪的|快乐的)*(?:{slurs-zh}|{slurs-framed-zh})|我(?:叫|称)自己",
)

# The same letters with another meaning.
_OtherMeaning = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?:dykes? (?:near|along|holds?|held|broke|burst|system|wall|road|river)|(?:build|building|built|new|old|sea|river|stone|flood) dykes?|meatballs?|fried|dinner|gravy|mushy peas|cigarettes?|pack(?:et)?s? of fags|fag (?:break|end|ash|packet)|smok(?:e|ed|ing) (?:a |some |my |\w+ )?fags?|a fag (?:outside|behind|and)|bundle of sticks|wood|transmission|gearbox|clutch|maine coons?|raccoons?|racoons?|coon (?:hound|cat)|mong kok|chinks? in|chink of (?:light|glass)|spick and span|spic and span|golf|nip (?:in|out|it|slip)|queer (?:feeling|sort|old|fish|look)|gay cruise|vet|breeder|puppies|barking|litter|savage (?:beast|coast|garden)|retard(?:s|ed)? (?:the |growth|spread|fire|ignition|timing)|flame retardants?|fire retardants?|video game|bassoon|dictionary|etymology|japs eye view)\b"
    ),
)

Slur = Rule(
    when_all=[
        ((_SlurEn or _ThrownEn) and not _OwnEn)
            or ((_SlurEs or _ThrownEs) and not _OwnEs)
            or (_SlurDe and not _OwnDe)
            or (_SlurFr and not _OwnFr)
            or ((_SlurZh or _ThrownZh) and not _OwnZh),
        not _OtherMeaning,
        not Retold,
        not Condemns,
    ],
    description='A slur for a protected group is used as a name for people',
)
WhenRules(rules_any=[Slur], then=[Breach(clause='hateful-conduct#slurs')])

# Retold without quotation marks beside words of one's own: a person should read it.
SlurPerhaps = Rule(
    when_all=[
        _SlurEn or _SlurEs or _SlurDe or _SlurFr or _SlurZh,
        Condemns,
        not Retold,
        not _OtherMeaning,
    ],
    description='A slur appears in a text that also judges such words',
)
WhenRules(
    rules_any=[SlurPerhaps],
    then=[Refer(clause='hateful-conduct#slurs', queue='hate', priority=30)],
)
