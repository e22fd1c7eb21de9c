# private-information: another person's contact details, home, documents, intimate images.

Import(rules=['models/event.sml', 'models/speech.sml'])

_Phones: List[str] = PhoneNumbersIn(text=ItemText)
_Emails: List[str] = EmailsIn(text=ItemText)
_Cards: List[str] = CardNumbersIn(text=ItemText)
_Ibans: List[str] = IbansIn(text=ItemText)

# "her number", "call him at night": somebody else's, and strangers are to use it.
_Another = TextMatches(
    text=ItemText,
    pattern=(
        r"\b(?:(?:her|his|their|this (?:guy|man|woman|bitch|teacher|nurse|judge|journalist|person|girl|boy|liar)'?s?|the (?:judge|teacher|nurse|journalist|doctor|mayor|officer|witness)'?s?|my ex'?s?|\w+'s) (?:real |private |personal |home |mobile |cell |work |full |phone |secret )*(?:number|phone|mobile|cell|e-?mail|mail|address|card|account|iban|password|id)|doxx?(?:ed|ing)?|call (?:him|her|them) (?:at night|all night|now|and|every)|(?:ring|text|call|harass|phone) (?:him|her|them) (?:up |day and night|until|at \d)"
        r"|su (?:número|teléfono|móvil|correo|dirección|tarjeta|cuenta)(?: (?:privado|personal|real|de casa))?|llámenl[ao]|llamadl[ao]|(?:ihre|seine|deren) (?:private |echte |persönliche )*(?:nummer|handynummer|telefonnummer|mailadresse|adresse|karte|kontonummer|iban)|ruft (?:sie|ihn) (?:nachts|an|alle)|son (?:vrai |numéro|téléphone|portable|adresse|mail|numéro de|compte|iban)|appelez-l[ae])\b|(?:他|她)的?(?:私人|真实|家庭)?(?:电话|手机|手机号|号码|邮箱|地址|住址|银行卡|身份证)"
    ),
)
_Own = TextMatches(
    text=ItemText,
    pattern=r"\b(?:my (?:own )?(?:new |work |business |office |phone )*(?:number|phone|email|e-mail|mail)|our (?:\w+ )?(?:number|phone|office|hotline|shop|helpline|email|customer)|office|hotline|helpline|customer service|support line|opening hours|reservations?|booking|info@|contact us|call us|emergency|press office|donations?|charity|mi número|nuestro|unsere?|spendenkonto|notre|mon numéro|我的|我们的|客服|热线)\b",
)
_Invented = TextMatches(
    text=ItemText,
    pattern=r"\b(?:test card|test number|fake number|example number|sample|dummy|not real|fictional|placeholder)\b",
)

PrivateContact = Rule(
    when_all=[
        ListLength(list=_Phones) + ListLength(list=_Emails) > 0,
        _Another,
        not _Own,
        not _Invented,
    ],
    description='The phone number or e-mail address of another person is published',
)
WhenRules(
    rules_any=[PrivateContact],
    then=[Refer(clause='private-information#contact-details', queue='privacy', priority=80)],
)

_StrangersSent = TextMatches(
    text=ItemText,
    pattern=r"\b(?P<quote>(?:call|text|ring|phone|message|harass|spam) (?:him|her|them) (?:at night|all night|day and night|now|until|every|non-?stop|and tell|and let)|let (?:him|her|them) know what you think|make (?:his|her|their) phone (?:ring|explode)|llámenl[ao] (?:de noche|a todas horas)|ruft (?:sie|ihn) (?:alle |nachts |ständig )+an|appelez-l[ae] (?:la nuit|tous|jour et nuit))\b|(?:(?:半夜|晚上|天天)(?:给)?(?:他|她)打电话)",
)
StrangersSentToPhone = Rule(
    when_all=[ListLength(list=_Phones) > 0, _Another, _StrangersSent, not _Own, not _Invented],
    description='The private number of another person is published and strangers are told to use it',
)
WhenRules(
    rules_any=[StrangersSentToPhone],
    then=[Breach(clause='private-information#contact-details')],
)

_Home = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:he|she|they|the (?:judge|teacher|nurse|journalist|doctor|mayor|officer|witness|councillor)|this (?:guy|man|woman|bitch|traitor|liar)|that (?:man|woman)|\w+) (?:lives?|is living|lives now|stays) (?:at|in) (?:no\.? ?|number )?\d{1,4}[a-z]?,? (?:\w+ ){1,3}(?:street|st|lane|road|rd|avenue|ave|drive|way|close|court|square|terrace|boulevard|row|place|hill|gardens)"
        r"|(?:her|his|their) (?:home )?address(?: is|:) ?[^.!?]{0,10}\d{1,4}|(?:anyone|does anybody|who|somebody) (?:know|knows) where (?:she|he|they|this \w+|that \w+) lives?|vive en (?:la )?(?:calle|avenida|plaza) [\w ]{2,30}\d{1,4}|(?:wohnt|wohnen) (?:in der|am|im|in) [\w-]{3,30}(?:straße|strasse|weg|allee|gasse|platz) \d{1,4}|habite (?:au |à )?\d{1,4},? (?:bis |ter )?(?:rue|avenue|boulevard|place|chemin|allée) [\w' ]{2,30})\b|(?:(?:他|她|他们)(?:家)?(?:就)?住在[^，。！？]{2,20}(?:路|街|巷|小区|号|栋|单元))"
    ),
)
_PublicPlace = TextMatches(
    text=Speech,
    pattern=r"\b(?:i live|we live|my address|our (?:office|shop|address)|museum|palace|downing street|white house|parliament|court house|headquarters|was born|lived at .{0,40} (?:until|from) 1[6-9]\d\d|sherlock|baker street)\b",
)
HomeAddress = Rule(
    when_all=[_Home, not _PublicPlace],
    description='Where another person lives is published or asked for',
)
WhenRules(
    rules_any=[HomeAddress],
    then=[Refer(clause='private-information#home-address', queue='privacy', priority=85)],
)

CardOfAnother = Rule(
    when_all=[ListLength(list=_Cards) > 0, _Another, not _Own, not _Invented],
    description='A payment card number of another person is published',
)
WhenRules(rules_any=[CardOfAnother], then=[Breach(clause='private-information#identity-and-bank')])

_Identity = TextMatches(
    text=Speech,
    pattern=r"\b(?P<quote>(?:her|his|their|\w+'s) (?:passport|social security|ssn|national id|identity card|id card|medical record|medical file|diagnosis|bank account|password)(?: number| card)?(?: is|:| was leaked|,)[^.!?]{0,40})\b",
)
IdentityOfAnother = Rule(
    when_all=[
        _Identity
            or (ListLength(list=_Cards) > 0 and not _Invented)
            or (ListLength(list=_Ibans) > 0 and _Another),
        not CardOfAnother,
        not _Own,
        not Retold,
    ],
    description='Identity, bank or health data that may be another person\'s',
)
WhenRules(
    rules_any=[IdentityOfAnother],
    then=[Refer(clause='private-information#identity-and-bank', queue='privacy', priority=70)],
)

_Intimate = TextMatches(
    text=Speech,
    pattern=(
        r"\b(?P<quote>(?:i (?:still )?have|i've got|got|selling|trading|trade|leak(?:ed|ing)?|posting|share|sharing|upload(?:ing)?|want|who has|who wants|anyone (?:got|have|want)|dm me for|will post|i'll post|i will (?:post|leak|share))(?: (?:my|her|his|their|all|the|some|of|these|those|more|private|leaked|secret))* (?:ex(?:'s| girlfriend's| boyfriend's| wife's)?|girlfriend's|ex-girlfriend's|wife's|classmate's|her|his|their|leaked)? ?(?:pictures|pics|nudes|nude (?:pics|photos)|sex ?tapes?|intimate (?:photos|pictures|videos|images)|naked (?:photos|pics|pictures)|folder|dick pics)"
        r"|(?:fotos íntimas|pack|fotos desnuda|vídeos íntimos|nudes) de (?:mi ex|una compañera|ella|su ex)|nacktbilder (?:von|meiner) (?:meiner )?(?:ex|freundin|mitschülerin)|(?:photos intimes|nudes|photos nues|sextape) d(?:e|') ?(?:mon ex|ma ex|une fille|elle))\b|(?:(?:前女友|前男友|女同学|她)的?(?:裸照|私密照|不雅视频|性爱视频))"
    ),
)
_Sex = TextMatches(
    text=Speech,
    pattern=r"\b(?:nudes?|naked|intimate|sex ?tapes?|íntimas|desnuda|nacktbilder|intimes|nues|sextape|ex's|ex)\b|裸照|私密照|不雅|性爱",
)
IntimateImages = Rule(
    when_all=[_Intimate, _Sex, not Retold],
    description='Intimate images of a person are offered, threatened with or asked for',
)
WhenRules(
    rules_any=[IntimateImages],
    then=[Refer(clause='private-information#intimate-images', queue='privacy', priority=90)],
)
